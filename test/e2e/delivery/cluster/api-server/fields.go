package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
)

// fieldManagers holds Kubernetes' field manager of each kind.
type fieldManagers map[schema.GroupVersionKind]*managedfields.FieldManager

func newFieldManagers() fieldManagers {
	all := fieldManagers{}
	for _, known := range resources {
		// Kubernetes' own kinds have the types of client-go; those of others come without a schema.
		var types managedfields.TypeConverter = builtIn{applyconfigurations.NewTypeConverter(scheme.Scheme)}
		if !scheme.Scheme.Recognizes(known.gvk) {
			types = managedfields.NewDeducedTypeConverter()
		}
		manager, err := managedfields.NewDefaultCRDFieldManager(
			types, sameVersion{}, defaulter{}, creator{}, known.gvk, known.gvk.GroupVersion(), "", nil)
		if err != nil {
			panic(err)
		}
		all[known.gvk] = manager
	}
	return all
}

// builtIn reads objects without Go types by the schema of their kind, and strictly: an unknown field is an error.
type builtIn struct{ managedfields.TypeConverter }

func (b builtIn) TypedToObject(value *typed.TypedValue) (runtime.Object, error) {
	content, ok := value.AsValue().Unstructured().(map[string]any)
	if !ok {
		return nil, fmt.Errorf("expected an object")
	}
	return &unstructured.Unstructured{Object: content}, nil
}

// sameVersion converts nothing: the server knows one version of each kind.
type sameVersion struct{}

func (sameVersion) Convert(_, _, _ any) error { return fmt.Errorf("there is one version") }
func (sameVersion) ConvertToVersion(in runtime.Object, _ runtime.GroupVersioner) (runtime.Object, error) {
	return in, nil
}
func (sameVersion) ConvertFieldLabel(_ schema.GroupVersionKind, label, value string) (string, string, error) {
	return label, value, nil
}

type creator struct{}

func (creator) New(kind schema.GroupVersionKind) (runtime.Object, error) {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(kind)
	return object, nil
}

// defaulter sets a part of what kube-apiserver sets where a manifest says nothing: fields without an owner.
type defaulter struct{}

func (defaulter) Default(object runtime.Object) {
	content := object.(*unstructured.Unstructured)
	if content.GetKind() != "Deployment" {
		return
	}
	setDefault(content.Object, int64(1), "spec", "replicas")
	setDefault(content.Object, nil, "spec", "template", "metadata", "creationTimestamp")
	pod := []string{"spec", "template", "spec"}
	setDefault(content.Object, "Always", append(pod, "restartPolicy")...)
	setDefault(content.Object, "ClusterFirst", append(pod, "dnsPolicy")...)
	containers, _, _ := unstructured.NestedSlice(content.Object, append(pod, "containers")...)
	for _, container := range containers {
		setDefault(container.(map[string]any), "/dev/termination-log", "terminationMessagePath")
	}
	if containers != nil {
		_ = unstructured.SetNestedSlice(content.Object, containers, append(pod, "containers")...)
	}
}

func setDefault(object map[string]any, value any, path ...string) {
	if _, found, _ := unstructured.NestedFieldNoCopy(object, path...); !found {
		_ = unstructured.SetNestedField(object, value, path...)
	}
}
