import { expect, test } from '@jest/globals';
import { readBooleanWord } from './boolean-words.js';

test.each([
  ['PostgreSQL', 't', 'f'],
  ['MySQL', '1', '0'],
  ['pandas', 'True', 'False'],
  ['forms', 'Y', 'N'],
  ['states', 'Active', 'Inactive'],
  ['accounts', 'enabled', 'DISABLED'],
  ['switches', 'On', 'off'],
  ['Excel in German', 'WAHR', 'FALSCH'],
  ['Excel in French', 'VRAI', 'FAUX'],
  ['Excel in Spanish', 'VERDADERO', 'FALSO'],
  ['Excel in Portuguese', 'VERDADEIRO', 'FALSO'],
  ['Excel in Italian', 'VERO', 'FALSO'],
  ['Excel in Dutch', 'WAAR', 'ONWAAR'],
  ['Excel in Danish', 'SAND', 'FALSK'],
  ['Excel in Norwegian', 'SANN', 'USANN'],
  ['Excel in Swedish', 'SANT', 'FALSKT'],
  ['Excel in Finnish', 'TOSI', 'EPÄTOSI'],
  ['Excel in Hungarian', 'IGAZ', 'HAMIS'],
  ['Excel in Polish', 'PRAWDA', 'FAŁSZ'],
  ['Excel in Czech', 'PRAVDA', 'NEPRAVDA'],
  ['Excel in Russian', 'ИСТИНА', 'ЛОЖЬ'],
  ['Excel in Turkish', 'DOĞRU', 'YANLIŞ'],
  ['LibreOffice in Chinese', '真', '假'],
  ['LibreOffice in Korean', '참', '거짓'],
  ['LibreOffice in Ukrainian', 'істина', 'брехня'],
  ['German', 'Ja', 'Nein'],
  ['French', 'oui', 'NON'],
  ['Spanish', 'sí', 'no'],
  ['Spanish without accent', 'SI', 'NO'],
  ['Spanish, decomposed', 'si\u0301', 'no'],
  ['Portuguese', 'Sim', 'Não'],
  ['Polish', 'tak', 'nie'],
  ['Czech', 'ano', 'ne'],
  ['Russian', 'Да', 'НЕТ'],
  ['Chinese', '是', '否'],
  ['Chinese states', '启用', '停用'],
  ['Chinese jobs', '在职', '离职'],
  ['Japanese', 'はい', 'いいえ'],
  ['Japanese states', '有効', '無効'],
  ['Turkish', 'EVET', 'HAYIR'],
  ['German states', 'aktiv', 'inaktiv'],
  ['French states', 'Actif', 'Inactif'],
  ['full-width', 'ＴＲＵＥ', 'ＦＡＬＳＥ'],
  ['formulas', '=TRUE()', '=FALSCH( )'],
])('R4: words for yes and no: %s', (_, yes, no) => {
  expect([readBooleanWord(yes), readBooleanWord(no)]).toEqual([true, false]);
});

test.each(['', 'x', '✓', '2', '-1', 'o', 'A', 'yes no', 'notrue', 'suspended', '=A1', '__proto__', 'constructor'])(
  'R4: %j is no word for yes or no',
  (text) => {
    expect(readBooleanWord(text)).toBeUndefined();
  },
);
