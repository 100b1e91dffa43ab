import { expect, it } from 'vitest';
import { atMost } from './at-most.ts';
import type { Mailer } from './mail.ts';

const mail = (to: string) => ({ to, subject: '', html: '', text: '' });
const { signal } = new AbortController();

function outbox() {
  const open = new Map<string, () => void>();
  const mailer: Mailer = ({ to }) =>
    new Promise((resolve) => {
      open.set(to, () => {
        open.delete(to);
        resolve({ kind: 'applied' });
      });
    });
  return { open, mailer };
}

it('lets so many mails go at once, and the next when one is through', async () => {
  const { open, mailer } = outbox();
  const bounded = atMost(2, mailer);
  const sent = ['a', 'b', 'c'].map((to) => bounded(mail(to), signal));
  await new Promise(setImmediate);
  expect([...open.keys()]).toEqual(['a', 'b']);
  open.get('b')?.();
  await sent[1];
  await new Promise(setImmediate);
  expect([...open.keys()]).toEqual(['a', 'c']);
});

it('does not send what was given up while it waited, and lets the next one go', async () => {
  const { open, mailer } = outbox();
  const bounded = atMost(1, mailer);
  const first = bounded(mail('a'), signal);
  const controller = new AbortController();
  const second = bounded(mail('b'), controller.signal);
  const third = bounded(mail('c'), signal);
  controller.abort();
  await new Promise(setImmediate);
  open.get('a')?.();
  await expect(second).rejects.toThrow();
  await first;
  await new Promise(setImmediate);
  expect([...open.keys()]).toEqual(['c']);
  open.get('c')?.();
  expect(await third).toEqual({ kind: 'applied' });
});
