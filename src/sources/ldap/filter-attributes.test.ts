import { describe, expect, test } from '@jest/globals';
import { AttributeSchema } from './attribute-schema.js';
import { parseAttributeType } from './attribute-type.js';
import { listFilterAttributes } from './unknown-filters.js';
import { parseFilter } from './parse-filter.js';

const TYPES = [
  "( 2.5.4.0 NAME 'objectClass' SYNTAX 1.3.6.1.4.1.1466.115.121.1.38 )",
  "( 2.5.4.3 NAME ( 'cn' 'commonName' ) SUP name )",
  "( 2.16.840.1.113730.3.1.4 NAME 'employeeType' SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )",
  "( 1.2.840.113556.1.4.8 NAME 'userAccountControl' SYNTAX '1.3.6.1.4.1.1466.115.121.1.27' SINGLE-VALUE )",
].map((text) => parseAttributeType(text)!);

describe('R30: the attributes that a filter names, and those that the schema of the server does not have', () => {
  const schema = new AttributeSchema(TYPES);

  test.each<[filter: string, names: string[], unknown: string[]]>([
    ['(employeeType=staff)', ['employeeType'], []],
    ['(employeeTyp=staff)', ['employeeTyp'], ['employeeTyp']],
    ['(EMPLOYEETYPE=staff)', ['EMPLOYEETYPE'], []],
    ['(2.16.840.1.113730.3.1.4=staff)', ['2.16.840.1.113730.3.1.4'], []],
    ['(oid.2.5.4.3=x)', ['oid.2.5.4.3'], []],
    ['(2.16.840.1.113730.3.1.999=staff)', ['2.16.840.1.113730.3.1.999'], ['2.16.840.1.113730.3.1.999']],
    ['(commonName=x)', ['commonName'], []],
    ['(2.5.4.3;lang-de=x)', ['2.5.4.3;lang-de'], []],
    ['(cn;lang-de=x)', ['cn;lang-de'], []],
    ['(cm;lang-de=x)', ['cm;lang-de'], ['cm;lang-de']],
    ['(cn:dn:2.5.13.5:=x)', ['cn'], []],
    ['(cm:dn:2.5.13.5:=x)', ['cm'], ['cm']],
    ['(:dn:2.5.13.5:=x)', [], []],
    ['(:caseExactMatch:=x)', [], []],
    ['(userAccountControl:1.2.840.113556.1.4.803:=2)', ['userAccountControl'], []],
    ['(userAccountControll:1.2.840.113556.1.4.803:=2)', ['userAccountControll'], ['userAccountControll']],
    [
      '(&(objectClass=*)(!(employeeTyp=x))(|(cn~=a)(cm>=b)(cm<=c)))',
      ['objectClass', 'employeeTyp', 'cn', 'cm'],
      ['employeeTyp', 'cm'],
    ],
    ['(&(cn=a*)(cn=*)(CN=b))', ['cn'], []],
    // Another standard name does not match if the server does not have that name.
    ['(&(objectClass=*)(surname=x))', ['objectClass', 'surname'], ['surname']],
    ['(&)', [], []],
  ])('%s', (text, names, unknown) => {
    const found = listFilterAttributes(parseFilter(text));
    expect(found).toEqual(names);
    expect(found.filter((name) => schema.hasName(name) === false)).toEqual(unknown);
  });

  test('without a readable schema nothing is known of any name', () => {
    expect(new AttributeSchema().hasName('employeeTyp')).toBeNull();
  });
});
