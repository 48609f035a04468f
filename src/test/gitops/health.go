package main

import (
	"context"
	"fmt"
	"os"
	"time"

	lua "github.com/yuin/gopher-lua"
)

type health struct{ status, message string }

// What Argo CD takes as an answer; anything else it shows as Unknown.
var healthStatuses = map[string]bool{"Healthy": true, "Progressing": true, "Degraded": true, "Suspended": true, "Missing": true, "Unknown": true}

// judge runs a health check as Argo CD does it: the object is the global obj, no library is open but those without access to the machine, and
// there is a second for it all.
func judge(file string, object map[string]any) (health, error) {
	script, err := os.ReadFile(file)
	if err != nil {
		return health{}, err
	}
	machine := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer machine.Close()
	for name, open := range map[string]lua.LGFunction{lua.LoadLibName: lua.OpenPackage, lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable} {
		if err := machine.CallByParam(lua.P{Fn: machine.NewFunction(open), Protect: true}, lua.LString(name)); err != nil {
			return health{}, err
		}
	}
	deadline, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	machine.SetContext(deadline)
	machine.SetGlobal("obj", toLua(machine, object))
	if err := machine.DoString(string(script)); err != nil {
		return health{}, err
	}
	answer, ok := machine.Get(-1).(*lua.LTable)
	if !ok {
		return health{}, fmt.Errorf("%s returned no table", file)
	}
	found := health{lua.LVAsString(answer.RawGetString("status")), lua.LVAsString(answer.RawGetString("message"))}
	if !healthStatuses[found.status] {
		return health{}, fmt.Errorf("%s returned status %q", file, found.status)
	}
	return found, nil
}

func toLua(machine *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case nil:
		return lua.LNil
	case bool:
		return lua.LBool(value)
	case string:
		return lua.LString(value)
	case float64:
		return lua.LNumber(value)
	case int64:
		return lua.LNumber(value)
	case []any:
		list := machine.NewTable()
		for _, element := range value {
			list.Append(toLua(machine, element))
		}
		return list
	case map[string]any:
		table := machine.NewTable()
		for key, element := range value {
			table.RawSetString(key, toLua(machine, element))
		}
		return table
	default:
		panic(fmt.Sprintf("no JSON: %T", value))
	}
}
