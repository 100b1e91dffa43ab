/** Tells which texts are e-mail addresses that a mail can be sent to. What is accepted is safe in a header. */
import { domainToASCII } from 'node:url';

export type Address =
  | { readonly kind: 'usable'; readonly address: string }
  /** Nothing is there. */
  | { readonly kind: 'none' }
  /** Something is there, and no mail can be sent to it. */
  | { readonly kind: 'unusable' };

/** RFC 5322, dot-atom; SES takes 7-bit ASCII here (SES API v2 reference, Destination). At most 64 bytes (RFC 5321, 4.5.3.1.1). */
const LOCAL_PART = /^(?=.{1,64}$)[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;

/** Before it is converted: conversion reads percent signs and other forms of hosts too. */
const DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u;

/** RFC 1035, 2.3.4: labels of at most 63 letters, digits and dashes. The last one is a name, so that no number passes for a host. */
const ASCII_DOMAIN =
  /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+(?=[a-z\d-]*[a-z])[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/;

/** RFC 5321, 4.5.3.1.3, less the angle brackets. */
const MAX_BYTES = 254;

/** @param value as it stands in an item; a domain in another script becomes its ASCII form, which is what SES takes */
export function readAddress(value: string | null | undefined): Address {
  const text = value?.trim() ?? '';
  if (text === '') return { kind: 'none' };
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(0, at));
  const domain = text.slice(at + 1);
  if (!LOCAL_PART.test(local) || !DOMAIN.test(domain)) return { kind: 'unusable' };
  const ascii = domainToASCII(domain);
  const address = `${local}@${ascii}`;
  if (!ASCII_DOMAIN.test(ascii) || address.length > MAX_BYTES) return { kind: 'unusable' };
  return { kind: 'usable', address };
}

/** Bytes of text in one encoded word: 75 characters in all (RFC 2047, 2). */
const ENCODED_WORD_BYTES = 45;

/** A sender as a header takes it: `"Name" <address>`, a name beyond ASCII in encoded words (RFC 2047). */
export function senderHeader(name: string, address: string): string {
  return `${/^[\x20-\x7e]+$/.test(name) ? quoted(name) : encodedWords(name)} <${address}>`;
}

function quoted(name: string): string {
  return `"${name.replace(/["\\]/g, '\\$&')}"`;
}

function encodedWords(name: string): string {
  const words: string[] = [''];
  for (const character of name) {
    const longer = (words.at(-1) ?? '') + character;
    if (Buffer.byteLength(longer) > ENCODED_WORD_BYTES) words.push(character);
    else words[words.length - 1] = longer;
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join(' ');
}
