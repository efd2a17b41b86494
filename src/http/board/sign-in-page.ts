import { type RequestHandler, Router } from 'express';
import helmet from 'helmet';
import { contextOf } from '../core/request-context.js';

/** Where people sign in who come for Bull Board. */
export const SIGN_IN_PATH = '/admin/sign-in';

/** Nothing in line, nothing from outside, no frame. */
const CSP = {
  useDefaults: false,
  directives: {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'connect-src': ["'self'"],
    'form-action': ["'none'"],
    'base-uri': ["'none'"],
    'frame-ancestors': ["'none'"],
  },
};

/** A plain page to sign in on, with a script and a style sheet of its own. */
export function signInPage(): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.use(helmet.contentSecurityPolicy(CSP));
  router.get('/', answerWith('text/html', PAGE));
  router.get('/sign-in.js', answerWith('text/javascript', SCRIPT));
  router.get('/sign-in.css', answerWith('text/css', STYLE));
  return router;
}

function answerWith(type: string, text: string): RequestHandler {
  return (request, response) => {
    contextOf(request).route = SIGN_IN_PATH;
    response.setHeader('Cache-Control', 'no-store');
    response.type(type).send(text);
  };
}

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Sign in · Rollcall</title>
    <link rel="stylesheet" href="${SIGN_IN_PATH}/sign-in.css" />
    <script type="module" src="${SIGN_IN_PATH}/sign-in.js"></script>
  </head>
  <body>
    <main>
      <h1>Rollcall</h1>
      <form method="post">
        <label for="username">Username</label>
        <input id="username" name="username" autocomplete="username" maxlength="510" required autofocus />
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required />
        <button>Sign in</button>
        <p id="said" role="alert"></p>
      </form>
      <p><a id="oidc" hidden></a></p>
    </main>
  </body>
</html>
`;

/**
 * Only paths of ours are gone on to; the server checks those of OpenID Connect again. What a session owes is asked for
 * by the console.
 */
const SCRIPT = `const here = new URL(location.href);
const wanted = here.searchParams.get('returnTo') ?? '/';
const target = URL.canParse(wanted, here.origin) ? new URL(wanted, here.origin) : here;
const returnTo = wanted.startsWith('/') && target.origin === here.origin ? target.pathname + target.search : '/';
const said = document.querySelector('#said');

document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  said.textContent = '';
  const given = Object.fromEntries(new FormData(event.target));
  try {
    const answer = await fetch('/api/v1/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(given),
    });
    const { owes, detail } = await answer.json();
    if (answer.ok) return location.assign(owes ? '/' : returnTo);
    said.textContent = detail;
  } catch {
    said.textContent = 'The server does not answer.';
  }
});

const options = await (await fetch('/api/v1/session/options')).json();
if (options.oidc) {
  const link = document.querySelector('#oidc');
  link.textContent = options.oidc.title;
  link.href = options.oidc.url + '?returnTo=' + encodeURIComponent(returnTo);
  link.hidden = false;
}
`;

const STYLE = `body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: #f5f6f8; color: #1c2733; }
main { max-width: 20rem; margin: 15vh auto 0; padding: 2rem; background: #fff; border: 1px solid #d5dae1; border-radius: 8px; }
h1 { margin: 0 0 1rem; font-size: 1.4rem; }
label { display: block; margin-top: .75rem; }
input, button { box-sizing: border-box; width: 100%; padding: .5rem; font: inherit; }
input { border: 1px solid #8793a3; border-radius: 4px; }
button { margin-top: 1.25rem; border: 0; border-radius: 4px; background: #1f5fbf; color: #fff; cursor: pointer; }
#said { color: #a3161a; }
`;
