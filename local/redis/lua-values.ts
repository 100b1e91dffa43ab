/** Values on their way between Redis and Lua (Redis, "Scripting: data type conversion"): text stays bytes, nil is false, a list ends at its first nil. */
import { type LuaState, lua, to_luastring } from 'fengari';
import { bulk, error, integer, list, NIL, type Reply, status } from './reply.ts';

export function textAt(L: LuaState, index: number): Buffer | undefined {
  const type = lua.lua_type(L, index);
  if (type !== lua.LUA_TSTRING && type !== lua.LUA_TNUMBER) return undefined;
  const bytes = lua.lua_tostring(L, index);
  return bytes === null ? undefined : Buffer.from(bytes);
}

function pushText(L: LuaState, text: Buffer): void {
  lua.lua_pushlstring(L, text, text.length);
}

export function pushTexts(L: LuaState, texts: readonly Buffer[]): void {
  lua.lua_createtable(L, texts.length, 0);
  texts.forEach((text, index) => {
    pushText(L, text);
    lua.lua_rawseti(L, -2, index + 1);
  });
}

export function pushReply(L: LuaState, reply: Reply): void {
  switch (reply.kind) {
    case 'bulk':
      pushText(L, reply.value);
      break;
    case 'integer':
      lua.lua_pushinteger(L, reply.value);
      break;
    case 'nil':
      lua.lua_pushboolean(L, false);
      break;
    case 'status':
    case 'error':
      lua.lua_createtable(L, 0, 1);
      pushText(L, Buffer.from(reply.text));
      lua.lua_setfield(L, -2, to_luastring(reply.kind === 'status' ? 'ok' : 'err'));
      break;
    case 'list':
      lua.lua_createtable(L, reply.elements.length, 0);
      reply.elements.forEach((element, index) => {
        pushReply(L, element);
        lua.lua_rawseti(L, -2, index + 1);
      });
  }
}

/** The value on top of the stack. */
export function toReply(L: LuaState): Reply {
  switch (lua.lua_type(L, -1)) {
    case lua.LUA_TSTRING:
      return bulk(textAt(L, -1));
    case lua.LUA_TNUMBER:
      return integer(Math.trunc(lua.lua_tonumber(L, -1)));
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(L, -1) ? integer(1) : NIL;
    case lua.LUA_TTABLE:
      return tableReply(L);
    default:
      return NIL;
  }
}

/** `{err = …}` and `{ok = …}` are what they say; any other table is a list that ends at its first nil. */
function tableReply(L: LuaState): Reply {
  for (const [field, make] of [
    ['err', error],
    ['ok', status],
  ] as const) {
    lua.lua_getfield(L, -1, to_luastring(field));
    const text = textAt(L, -1);
    lua.lua_pop(L, 1);
    if (text !== undefined) return make(text.toString());
  }
  const elements: Reply[] = [];
  for (let position = 1; ; position++) {
    lua.lua_rawgeti(L, -1, position);
    const isEnd = lua.lua_type(L, -1) === lua.LUA_TNIL;
    if (!isEnd) elements.push(toReply(L));
    lua.lua_pop(L, 1);
    if (isEnd) return list(elements);
  }
}
