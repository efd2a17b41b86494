import { readCommonPasswordList } from './common-password-list.js';

/**
 * Whether a password is one of those that are tried first, also with digits and signs behind it (ASVS 6.2.4).
 * @param plain in lower case without blanks
 */
export function isCommonPassword(plain: string): boolean {
  return [plain, plain.replace(/[^a-z]+$/, '')].some((one) => LISTED.has(one) || WORDS.has(one));
}

const LISTED: ReadonlySet<string> = new Set(readCommonPasswordList());

/** Words and short ones that make a long one by what is put behind them, and some that no list has. */
const WORDS: ReadonlySet<string> = new Set(
  `
  012345678901 0123456789012 098765432109 111222333444 112233445566 121212121212 123123123123 123321123321
  123412341234 123456123456 123456789012 1234567890123 12345678901234 1234567890123456 1234qwerasdf 1q2w3e4r5t6y
  1q2w3e4r5t6y7u8i 1qaz2wsx3edc 1qaz2wsx3edc4rfv 987654321000 987654321098 a1b2c3d4e5f6 a1s2d3f4g5h6
  aabbccddeeff abcabcabcabc abcdabcdabcd abcdefabcdef abcdefghijkl abcdefghijklm abcdefghijklmnop admin
  adminadmin adminadminadmin administration administrator administrator1 asdf1234asdf asdfghjkl asdfghjklzxcvbnm
  autumn barcelona baseball batman bonjourbonjour changeitnow changeme changemechangeme changemenow changethis
  chelseafc company companyname computer computercomputer contrasena contrasenya correcthorsebatterystaple
  december default defaultpassword deutschland dragon dragondragon facebook facebookfacebook february football
  footballfootball geheimgeheim googlegoogle hallohallo heslohesloheslo ichliebedich iloveyou iloveyouiloveyou
  internet internetinternet january letmein letmeinletmein liverpool losenord manchesterunited master
  mastermaster masterpassword minecraft monkey monkeymonkey motdepasse motdepassemotdepasse mypassword mysecret
  newpassword p@ssw0rd p@ssword parola pass1234pass1234 passpasspass passphrase passw0rd password password1
  passwordpassword passwort pokemonpokemon princess q1w2e3r4t5y6 qazwsxedc qazwsxedcrfv qwe123qwe123
  qwer1234asdf qwerty qwerty123456 qwerty1234567 qwertyqwerty qwertyuiop qwertyuiopasdf realmadrid rollcall
  rollcalladmin rollcallrollcall rootroot rootrootroot salasana secret secretsecret senha123456 senhasenha
  soleilsoleil spring starwars starwarsstarwars summer summertime sunshine sunshinesunshine superadmin superman
  supersecret superuser temporary temppassword testing testpassword testtesttest thisismypassword topsecret
  trustno1 wachtwoord wachtwoordwachtwoord welcome welcometo welcomewelcome whatever whateverwhatever winter
  woaini1314520 woainiwoaini yourpassword zaq12wsxcde3 zaq1xsw2cde3 zxcvbnm
`
    .trim()
    .split(/\s+/),
);
