/** Types for as much of fengari, a Lua 5.3 virtual machine in JavaScript, as the scripting of the embedded endpoint uses. */
declare module 'fengari' {
  /** Opaque: a Lua state, as in the C API that fengari mirrors (lua.org, "Lua 5.3 Reference Manual", chapter 4). */
  export interface LuaState {
    readonly lua_State: never;
  }

  type CFunction = (L: LuaState) => number;

  export function to_luastring(text: string): Uint8Array;

  export const lua: {
    readonly LUA_OK: 0;
    readonly LUA_TNIL: 0;
    readonly LUA_TBOOLEAN: 1;
    readonly LUA_TNUMBER: 3;
    readonly LUA_TSTRING: 4;
    readonly LUA_TTABLE: 5;
    readonly LUA_REGISTRYINDEX: number;
    lua_call(L: LuaState, args: number, results: number): void;
    lua_createtable(L: LuaState, list: number, fields: number): void;
    lua_error(L: LuaState): never;
    lua_getfield(L: LuaState, index: number, name: Uint8Array): number;
    lua_getglobal(L: LuaState, name: Uint8Array): number;
    lua_gettop(L: LuaState): number;
    lua_pcall(L: LuaState, args: number, results: number, handler: number): number;
    lua_pop(L: LuaState, count: number): void;
    lua_pushboolean(L: LuaState, value: boolean): void;
    lua_pushcfunction(L: LuaState, fn: CFunction): void;
    lua_pushinteger(L: LuaState, value: number): void;
    lua_pushlstring(L: LuaState, bytes: Uint8Array, length: number): void;
    lua_pushvalue(L: LuaState, index: number): void;
    lua_rawgeti(L: LuaState, index: number, key: number): number;
    lua_rawset(L: LuaState, index: number): void;
    lua_rawseti(L: LuaState, index: number, key: number): void;
    lua_setfield(L: LuaState, index: number, name: Uint8Array): void;
    lua_setglobal(L: LuaState, name: Uint8Array): void;
    lua_settop(L: LuaState, index: number): void;
    lua_toboolean(L: LuaState, index: number): boolean;
    lua_tonumber(L: LuaState, index: number): number;
    lua_tostring(L: LuaState, index: number): Uint8Array | null;
    lua_type(L: LuaState, index: number): number;
  };

  export const lauxlib: {
    luaL_loadbuffer(L: LuaState, code: Uint8Array, length: number, name: Uint8Array): number;
    luaL_newstate(): LuaState;
    luaL_ref(L: LuaState, table: number): number;
    luaL_requiref(L: LuaState, name: Uint8Array, open: CFunction, global: boolean): void;
  };

  export const lualib: {
    readonly luaopen_base: CFunction;
    readonly luaopen_math: CFunction;
    readonly luaopen_string: CFunction;
    readonly luaopen_table: CFunction;
  };
}
