// gitops-check tells how GitOps controllers judge an object, by the code that they judge it with: kstatus, which Flux waits by, and the Lua
// machine that Argo CD runs health checks in. The object is in a file, as YAML or JSON.
//
//	gitops-check kstatus OBJECT            prints the status and, behind a tab, the message
//	gitops-check health OBJECT CHECK.lua   the same of a health check
package main

import (
	"errors"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
	"sigs.k8s.io/yaml"
)

var usage = errors.New("usage: gitops-check kstatus OBJECT | gitops-check health OBJECT CHECK.lua")

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gitops-check:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) < 2 {
		return usage
	}
	object, err := read(arguments[1])
	if err != nil {
		return fmt.Errorf("read an object: %w", err)
	}
	switch {
	case len(arguments) == 2 && arguments[0] == "kstatus":
		result, err := status.Compute(object)
		if err != nil {
			return err
		}
		fmt.Printf("%s\t%s\n", result.Status, result.Message)
		return nil
	case len(arguments) == 3 && arguments[0] == "health":
		health, err := judge(arguments[2], object.Object)
		if err != nil {
			return err
		}
		fmt.Printf("%s\t%s\n", health.status, health.message)
		return nil
	default:
		return usage
	}
}

func read(file string) (*unstructured.Unstructured, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	asJSON, err := yaml.YAMLToJSON(text)
	if err != nil {
		return nil, err
	}
	object := &unstructured.Unstructured{}
	return object, object.UnmarshalJSON(asJSON)
}
