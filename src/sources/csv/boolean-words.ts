/**
 * The words for yes and no in a cell. Spreadsheets write booleans in the language of their user (`WAHR`, `VRAI`, `真`),
 * databases write `t` and `f`. Sources: the translations of TRUE and FALSE in Excel's function list and in
 * LibreOffice's locale data; the words of Unicode CLDR for yes and no.
 *
 * Left out on purpose: marks such as `x` and `✓`, because a table of marks expresses "no" by an empty cell, which is no
 * value here (R3); the French `o`, because it can be a mistyped 0; letters and words of a status with more than two
 * values (`A`, `L`, `suspended`, `terminated`).
 */
const YES = [
  ...['true', 't', 'yes', 'y', '1', 'on', 'active', 'enabled'],
  // TRUE in Excel and LibreOffice
  ...['wahr', 'vrai', 'verdadero', 'verdadeiro', 'vero', 'waar', 'sand', 'sann', 'sant', 'tosi', 'igaz', 'prawda'],
  ...['pravda', 'истина', 'істина', 'вярно', 'doğru', 'adevărat', 'veritat', 'točno', 'tačno', 'тачно'],
  ...['teisingai', 'patiess', 'tõene', 'σωστό', 'đúng', 'benar', 'จริง', 'אמת', 'صحيح', '真', '참'],
  // Yes
  ...['ja', 'j', 'oui', 'sí', 'si', 'sì', 'sim', 's', 'tak', 'ano', 'áno', 'igen', 'да', 'так', 'da', 'evet', 'kyllä'],
  ...['jah', 'jā', 'taip', 'ναι', 'ya', 'có', 'ใช่', 'כן', 'نعم', 'हाँ', 'हां', '是', 'はい', '예', '네'],
  // Active
  ...['aktiv', 'actif', 'activo', 'activa', 'attivo', 'attiva', 'ativo', 'ativa', 'actief', 'aktywny', 'активен'],
  ...['启用', '啟用', '有效', '在职', '在職', '有効', '활성'],
];

const NO = [
  ...['false', 'f', 'no', 'n', '0', 'off', 'inactive', 'disabled'],
  // FALSE in Excel and LibreOffice
  ...['falsch', 'faux', 'falso', 'onwaar', 'vals', 'falsk', 'usann', 'falskt', 'epätosi', 'hamis', 'fałsz', 'nepravda'],
  ...['ложь', 'брехня', 'невярно', 'yanlış', 'fals', 'netočno', 'netačno', 'нетачно', 'neteisingai', 'aplams', 'väär'],
  ...['λάθος', 'sai', 'salah', 'เท็จ', 'שקר', 'خطأ', '假', '偽', '거짓'],
  // No
  ...['nein', 'non', 'não', 'nao', 'nee', 'nej', 'nei', 'nie', 'ne', 'nem', 'нет', 'ні', 'не', 'nu', 'hayır', 'ei'],
  ...['nē', 'όχι', 'tidak', 'không', 'ไม่ใช่', 'לא', 'لا', 'नहीं', '否', 'いいえ', '아니요', '아니오'],
  // Inactive
  ...['inaktiv', 'inactif', 'inactivo', 'inactiva', 'inattivo', 'inattiva', 'inativo', 'inativa', 'inactief'],
  ...['nieaktywny', 'неактивен', '禁用', '停用', '无效', '無效', '离职', '離職', '退職', '無効', '비활성'],
];

/** A word in the form in which words are compared: lower case, also for Turkish letters. */
const plain = (word: string): string => word.normalize('NFKC').toLowerCase().replaceAll('ı', 'i').normalize('NFC');

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ...YES.map((word) => [plain(word), true] as const),
  ...NO.map((word) => [plain(word), false] as const),
]);

/** Excel's formulas `=TRUE()` and `=WAHR()`, as an export of formulas contains them. */
const FORMULA = /^=\s*(\p{L}+)\s*\(\s*\)$/u;

/** The boolean that a word means, in upper or lower case; undefined = the word does not mean a boolean (R4). */
export function readBooleanWord(text: string): boolean | undefined {
  return WORDS.get(plain(FORMULA.exec(text)?.[1] ?? text));
}
