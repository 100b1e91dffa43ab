import { describe, expect, it } from 'vitest';
import { DAY_S, world } from './testing.ts';

describe('analysis results in the cache', () => {
  it('follow insert, change and removal without a look at the table', async () => {
    const { run, put, remove, cached, reads } = world();
    expect(await run([put('1', '$1')])).toEqual(['applied']);
    expect(cached()).toBe('$1');
    expect(await run([put('2', '$2'), put('3', '$3')])).toEqual(['superseded', 'applied']);
    expect(cached()).toBe('$3');
    expect(await run([remove('4')])).toEqual(['applied']);
    expect(cached()).toBeNull();
    expect(reads()).toBe(0);
  });

  it('go when the item’s time to live has come, to the millisecond', async () => {
    const { run, put, cached, clock, nowS } = world();
    await run([put('1', '$1', nowS() + 60)]);
    await clock.advance(59_999);
    expect(cached()).toBe('$1');
    await clock.advance(1);
    expect(cached()).toBeNull();
  });

  it('are not stored past their time to live, and one that lapses is evicted', async () => {
    const { run, put, cached, nowS } = world();
    expect(await run([put('1', '$1', nowS() - 1)])).toEqual(['applied']);
    expect(cached()).toBeNull();
    await run([put('2', '$2')]);
    await run([put('3', '$3', nowS() - 1)]);
    expect(cached()).toBeNull();
  });

  it('without a time to live stay seven days', async () => {
    const { run, put, cached, clock } = world();
    await run([put('1', '$1', null)]);
    await clock.advance(7 * DAY_S * 1000 - 1);
    expect(cached()).toBe('$1');
    await clock.advance(1);
    expect(cached()).toBeNull();
  });

  it('know a record that is delivered again', async () => {
    const { run, put, cached } = world();
    const record = put('1', '$1');
    await run([record]);
    expect(await run([record])).toEqual(['duplicate']);
    expect(cached()).toBe('$1');
  });

  it('stay as they are when an older record comes late: the item is read, and decides', async () => {
    const { run, put, cached, reads } = world();
    const [first, second] = [put('1', '$1'), put('2', '$2')];
    await run([second]);
    expect(await run([first])).toEqual(['superseded']);
    expect(cached()).toBe('$2');
    expect(reads()).toBe(1);
  });

  it('stay gone when an old record comes after the removal, as long as any of its states could have lived', async () => {
    const { run, put, remove, cached, clock, nowS } = world();
    const first = put('1', '$1', nowS() + 10 * DAY_S);
    const second = put('2', '$2', nowS() + DAY_S);
    const third = remove('3');
    for (const record of [first, second, third]) await run([record]);
    await clock.advance(9 * DAY_S * 1000);
    expect(await run([first])).toEqual(['gone']);
    expect(cached()).toBeNull();
  });

  it('stay gone when a state that would never have expired comes again after one that soon did', async () => {
    const { run, put, remove, cached, clock, nowS } = world();
    const first = put('1', '$1', null);
    const second = put('2', '$2', nowS() + 1);
    await run([first]);
    await run([second]);
    remove('3');
    await clock.advance(20_000);
    expect(await run([first])).toEqual(['gone']);
    expect(cached()).toBeNull();
  });

  it('stay gone when an earlier state of the same batch comes again at once: what was carried out as one left its mark', async () => {
    const { run, put, cached, nowS } = world();
    const first = put('1', '$1');
    await run([first, put('2', '$2', nowS()), put('3', '$3', nowS())]);
    expect(await run([first])).toEqual(['superseded']);
    expect(cached()).toBeNull();
  });

  it('are checked against the item when a record is redriven, even if nothing is stored', async () => {
    const { run, put, remove, redis, cached } = world();
    const [first, second] = [put('1', '$1'), put('2', '$2')];
    redis.ask('FLUSHALL');
    expect(await run([first], true)).toEqual(['superseded']);
    expect(cached()).toBe('$2');
    expect(await run([second], true)).toEqual(['applied']);
    remove('3');
    redis.ask('FLUSHALL');
    expect(await run([first], true)).toEqual(['gone']);
    expect(cached()).toBeNull();
  });

  it('are the item’s when records of it are redriven in any order, some of them for the second time', async () => {
    const { run, put, cached } = world();
    const first = put('1', '$1');
    await run([first], true);
    const second = put('2', '$2');
    await run([second, first], true);
    expect(cached()).toBe('$2');
  });

  it('are checked against the item when a record is late and the cache has lost what it knew', async () => {
    const { run, put, redis, cached, clock, reads } = world();
    const [first, second] = [put('1', '$1'), put('2', '$2')];
    await run([first, second]);
    redis.ask('FLUSHALL');
    await clock.advance(31_000);
    expect(await run([first])).toEqual(['superseded']);
    expect(reads()).toBe(1);
    expect(cached()).toBe('$2');
  });

  it('are checked against the item when a record has no position', async () => {
    const { run, put, cached } = world();
    const record = put('1', '$1');
    const nameless = { ...record, dynamodb: { ...record.dynamodb, SequenceNumber: undefined } };
    put('2', '$2');
    expect(await run([nameless])).toEqual(['superseded']);
    expect(cached()).toBe('$2');
  });

  it('keep what another writer put there while the item was read', async () => {
    const { run, put, redis, cached, whileReading, clock, nowS } = world();
    const first = put('1', '$1');
    const second = put('2', '$2');
    await run([second]);
    let writes = 0;
    whileReading(() => {
      if (writes++ > 0) return;
      const version = String(redis.ask('GET', 'version:analysis:a1'));
      redis.ask('SET', 'version:analysis:a1', version.replace(/\d+$/, '7'));
      redis.ask('SET', 'analysis:a1', JSON.stringify({ analysisData: { metrics: { predictedArr: '$9' } } }));
    });
    expect(await run([first])).toEqual(['superseded']);
    expect(cached()).toBe('$2');
    expect(writes).toBe(2);
    expect(clock.now() / 1000).toBeCloseTo(nowS(), 0);
  });

  it('leave the cache empty where the item cannot be cached as it is now', async () => {
    const { run, put, table, cached } = world();
    const first = put('1', '$1');
    await run([put('2', '$2')]);
    table.set('a1', { id: { S: 'a1' }, analysisData: { S: 'broken' } });
    expect(await run([first])).toEqual(['superseded']);
    expect(cached()).toBeNull();
  });

  it.each(['REDIS_UNREACHABLE', 'REDIS_TIMEOUT'])('wait out %s within the invocation', async (code) => {
    const { run, put, redis, cached, clock } = world();
    redis.failsWith = code;
    clock.after(20_000, () => {
      redis.failsWith = undefined;
    });
    expect(await run([put('1', '$1')])).toEqual(['applied']);
    expect(cached()).toBe('$1');
  });

  it('are reported unsettled, with the reason’s code, when the cache stays away', async () => {
    const { run, put, redis } = world({ deadlineMs: 5_000 });
    redis.failsWith = 'REDIS_UNREACHABLE';
    expect(await run([put('1', '$1')])).toEqual(['REDIS_UNREACHABLE']);
  });

  it('refused by the server are transient, whatever the refusal', async () => {
    const { run, put, redis } = world({ deadlineMs: 5_000 });
    const send = redis.send.bind(redis);
    redis.send = async (commands, signal) => {
      await send(commands, signal);
      return commands.map(() => ({ kind: 'refused', code: 'OOM' }));
    };
    expect(await run([put('1', '$1')])).toEqual(['REDIS_OOM']);
  });
});

describe('what cannot be told apart by time', () => {
  it('a record that carries no time is as good as old: where nothing is stored, the item decides', async () => {
    const { run, put, remove, cached } = world();
    const first = put('1', '$1');
    remove('2');
    const { ApproximateCreationDateTime: _, ...dynamodb } = first.dynamodb;
    expect(await run([{ ...first, dynamodb }])).toEqual(['gone']);
    expect(cached()).toBeNull();
  });

  it('an item that ends within a millisecond is stored all the same', async () => {
    const { run, put, cached, nowS } = world();
    expect(await run([put('1', '$1', nowS() + 60.0005)])).toEqual(['applied']);
    expect(cached()).toBe('$1');
  });

  it('a redriven record of an item that is gone keeps its own state out for as long as that could have lived', async () => {
    const { run, put, remove, redis, nowS } = world();
    const untilS = nowS() + 10 * DAY_S;
    const first = put('1', '$1', untilS);
    remove('2');
    await run([first], true);
    expect(Number(redis.ask('PTTL', 'version:analysis:a1'))).toBeGreaterThanOrEqual(
      10 * DAY_S * 1_000 - 1_000,
    );
  });
});
