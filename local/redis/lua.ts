/**
 * Runs Redis scripts on fengari. A script has the string, table and math libraries, KEYS, ARGV and `redis`, may not make
 * globals, and whatever it does wrong is its reply.
 */
import { type LuaState, lauxlib, lua, lualib, to_luastring } from 'fengari';
import { pushReply, pushTexts, textAt, toReply } from './lua-values.ts';
import { error, type Reply } from './reply.ts';

/** Carries out one command for a script. */
export type Call = (name: string, args: readonly Buffer[]) => Reply;

export interface LuaRunner {
  run(text: string, keys: readonly Buffer[], args: readonly Buffer[]): Reply;
}

/** Redis runs Lua 5.1, where `unpack` is a global and undeclared names are errors. */
const PRELUDE = `
unpack = table.unpack
local function refuse(_, name) error('Script attempted to access nonexistent global variable ' .. "'" .. tostring(name) .. "'", 2) end
setmetatable(_G, { __newindex = refuse, __index = refuse })
`;

export function createLuaRunner(call: Call): LuaRunner {
  const L = lauxlib.luaL_newstate();
  for (const [name, open] of [
    ['_G', lualib.luaopen_base],
    ['string', lualib.luaopen_string],
    ['table', lualib.luaopen_table],
    ['math', lualib.luaopen_math],
  ] as const) {
    lauxlib.luaL_requiref(L, to_luastring(name), open, true);
    lua.lua_pop(L, 1);
  }
  for (const name of ['KEYS', 'ARGV']) {
    lua.lua_createtable(L, 0, 0);
    lua.lua_setglobal(L, to_luastring(name));
  }
  defineRedis(L, call);
  const failure = load(L, PRELUDE) ?? protectedCall(L, 0);
  if (failure !== undefined) throw new Error(`the script prelude does not run: ${failure}`);
  const compiled = new Map<string, number>();

  return {
    run(text, keys, args) {
      lua.lua_settop(L, 0);
      let reference = compiled.get(text);
      if (reference === undefined) {
        const problem = load(L, text);
        if (problem !== undefined) return error(`ERR Error compiling script (new function): ${problem}`);
        reference = lauxlib.luaL_ref(L, lua.LUA_REGISTRYINDEX);
        compiled.set(text, reference);
      }
      pushTexts(L, keys);
      lua.lua_setglobal(L, to_luastring('KEYS'));
      pushTexts(L, args);
      lua.lua_setglobal(L, to_luastring('ARGV'));
      lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, reference);
      const problem = protectedCall(L, 1);
      return problem === undefined ? toReply(L) : scriptError(problem);
    },
  };
}

/** A refusal that redis.call raised keeps its own code; anything else is ERR. */
function scriptError(problem: string): Reply {
  return error(/^[A-Z]+ /.test(problem) ? problem : `ERR ${problem}`);
}

function load(L: LuaState, text: string): string | undefined {
  const code = to_luastring(text);
  const result = lauxlib.luaL_loadbuffer(L, code, code.length, to_luastring('@user_script'));
  return result === lua.LUA_OK ? undefined : popMessage(L);
}

function protectedCall(L: LuaState, results: number): string | undefined {
  return lua.lua_pcall(L, 0, results, 0) === lua.LUA_OK ? undefined : popMessage(L);
}

/** What was raised: text, or the table that redis.call raises. */
function popMessage(L: LuaState): string {
  let message: string | undefined;
  if (lua.lua_type(L, -1) === lua.LUA_TTABLE) {
    lua.lua_getfield(L, -1, to_luastring('err'));
    message = textAt(L, -1)?.toString();
    lua.lua_pop(L, 1);
  } else message = textAt(L, -1)?.toString();
  lua.lua_pop(L, 1);
  return message ?? 'the script raised something that is no text';
}

function defineRedis(L: LuaState, call: Call): void {
  lua.lua_createtable(L, 0, 5);
  const define = (name: string, fn: (L: LuaState) => number) => {
    lua.lua_pushcfunction(L, fn);
    lua.lua_setfield(L, -2, to_luastring(name));
  };
  define('call', (state) => {
    const reply = callCommand(state, call);
    pushReply(state, reply);
    return reply.kind === 'error' ? lua.lua_error(state) : 1;
  });
  define('pcall', (state) => {
    pushReply(state, callCommand(state, call));
    return 1;
  });
  for (const [name, field] of [
    ['error_reply', 'err'],
    ['status_reply', 'ok'],
  ] as const) {
    define(name, (state) => {
      lua.lua_createtable(state, 0, 1);
      lua.lua_pushvalue(state, 1);
      lua.lua_setfield(state, -2, to_luastring(field));
      return 1;
    });
  }
  lua.lua_setglobal(L, to_luastring('redis'));
}

function callCommand(L: LuaState, call: Call): Reply {
  const words: Buffer[] = [];
  for (let index = 1; index <= lua.lua_gettop(L); index++) {
    const word = textAt(L, index);
    if (word === undefined) return error('ERR Lua redis lib command arguments must be strings or integers');
    words.push(word);
  }
  const [name, ...args] = words;
  if (name === undefined) return error('ERR Please specify at least one argument for this redis.call() call');
  return call(name.toString('latin1'), args);
}
