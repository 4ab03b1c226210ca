package main

import (
	"fmt"
	"reflect"
	"sort"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

type key struct{ kind, namespace, name string }

// store holds every object, as Kubernetes' API shows it.
type store struct {
	objects  map[key]*unstructured.Unstructured
	managers fieldManagers
	version  int
}

func newStore() *store {
	return &store{objects: map[key]*unstructured.Unstructured{}, managers: newFieldManagers()}
}

func keyOf(object *unstructured.Unstructured) key {
	return key{object.GetKind(), object.GetNamespace(), object.GetName()}
}

func (s *store) get(kind, namespace, name string) *unstructured.Unstructured {
	return s.objects[key{kind, namespace, name}]
}

// list returns the objects of a kind, by name.
func (s *store) list(kind, namespace string, selector labels.Selector) []*unstructured.Unstructured {
	var found []*unstructured.Unstructured
	for at, object := range s.objects {
		if at.kind == kind && at.namespace == namespace && selector.Matches(labels.Set(object.GetLabels())) {
			found = append(found, object)
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i].GetName() < found[j].GetName() })
	return found
}

// apply is a server-side apply: what it returns is stored unless it is a dry run.
func (s *store) apply(known resource, applied *unstructured.Unstructured, manager string, force, dryRun bool) (*unstructured.Unstructured, error) {
	live := s.get(known.gvk.Kind, applied.GetNamespace(), applied.GetName())
	if live == nil {
		live = &unstructured.Unstructured{}
		live.SetGroupVersionKind(known.gvk)
	}
	merged, err := s.managers[known.gvk].Apply(live.DeepCopy(), applied, manager, force)
	if err != nil {
		return nil, err
	}
	return s.keep(merged, dryRun), nil
}

// update is every other write: kubectl edit and rollout undo, and what controllers change.
func (s *store) update(known resource, changed *unstructured.Unstructured, manager string, dryRun bool) (*unstructured.Unstructured, error) {
	live := s.get(known.gvk.Kind, changed.GetNamespace(), changed.GetName())
	if live == nil {
		return nil, apierrors.NewNotFound(known.groupResource(), changed.GetName())
	}
	merged, err := s.managers[known.gvk].Update(live.DeepCopy(), changed, manager)
	if err != nil {
		return nil, err
	}
	return s.keep(merged, dryRun), nil
}

func (s *store) keep(merged runtime.Object, dryRun bool) *unstructured.Unstructured {
	object := merged.(*unstructured.Unstructured)
	live := s.objects[keyOf(object)]
	if live == nil {
		s.version++
		object.SetUID(types.UID(fmt.Sprintf("00000000-0000-0000-0000-%012d", s.version)))
		object.SetCreationTimestamp(metav1.NewTime(time.Unix(int64(1_700_000_000+s.version), 0)))
		object.SetGeneration(1)
	} else if !reflect.DeepEqual(live.Object["spec"], object.Object["spec"]) {
		object.SetGeneration(live.GetGeneration() + 1)
	}
	s.version++
	object.SetResourceVersion(fmt.Sprint(s.version))
	if !dryRun {
		s.objects[keyOf(object)] = object
	}
	return object
}

// put stores an object that a controller makes.
func (s *store) put(object *unstructured.Unstructured) *unstructured.Unstructured {
	return s.keep(object, false)
}
