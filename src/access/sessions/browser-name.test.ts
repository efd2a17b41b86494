import { browserName } from './start-session.js';

const mozilla = (rest: string) => `Mozilla/5.0 ${rest}`;

test.each([
  [mozilla('(X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'), 'Firefox, Linux'],
  [mozilla('(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36'), 'Chrome, Windows'],
  [mozilla('(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0'), 'Edge, Windows'],
  [mozilla('(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15'), 'Safari, macOS'],
  [mozilla('(iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Safari/604.1'), 'Chrome, iOS'],
  [
    mozilla('(Linux; Android 14) AppleWebKit/537.36 SamsungBrowser/28.0 Chrome/130.0 Safari/537.36'),
    'Samsung Internet, Android',
  ],
  ['curl/8.5.0', null],
  ['<script>alert(1)</script>', null],
  [undefined, null],
])('%s is known as %s', (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name);
});
