import { launchChromium } from './src/testing/browser.js';
import { readFileSync } from 'node:fs';
const { url } = JSON.parse(readFileSync('/tmp/stay.json','utf8'));
const b = await launchChromium(); const p = await b.newPage();
p.on('console', m => console.log(m.type(), m.text())); p.on('pageerror', e => console.log('ERR', e.message)); p.on('response', r => { if (r.status()>=400) console.log(r.status(), r.url()) });
await p.goto(url); await p.waitForTimeout(2500); await p.screenshot({ path: '/tmp/look.png' }); await b.close();
