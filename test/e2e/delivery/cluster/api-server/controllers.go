package main

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
)

/*
 * What the controllers of a cluster do to the objects that a release changes, as far as scripts/deploy.sh sees it. Pods of an
 * image whose digest begins with `bad` never become ready.
 */

const (
	revision = "deployment.kubernetes.io/revision"
	// controller is the field manager of what Kubernetes' own controllers write.
	controller = "kube-controller-manager"
)

var (
	deployments, _  = find("apps", "v1", "deployments")
	podTemplatePath = []string{"spec", "template"}
)

// reconcile brings a namespace to the state that its objects ask for. Rollouts and InferenceServices take a while: see look.
func (s *store) reconcile(namespace string) {
	for _, deployment := range s.list("Deployment", namespace, labels.Everything()) {
		s.scale(deployment)
		if s.rolloutOf(deployment) == nil {
			s.replacePods(s.get("Deployment", namespace, deployment.GetName()))
		}
	}
	for _, rollout := range s.list("Rollout", namespace, labels.Everything()) {
		if _, known, _ := unstructured.NestedString(rollout.Object, "status", "phase"); !known {
			s.finishRollout(rollout)
		}
	}
	for _, service := range s.list("InferenceService", namespace, labels.Everything()) {
		if s.get("Deployment", namespace, service.GetName()+"-predictor") == nil {
			s.makePredictor(service)
		}
	}
}

// scale is the autoscaler: the replicas belong to it, not to who applies the manifests.
func (s *store) scale(deployment *unstructured.Unstructured) {
	if replicas, _, _ := unstructured.NestedInt64(deployment.Object, "spec", "replicas"); replicas > 1 {
		return
	}
	scaled := deployment.DeepCopy()
	must(unstructured.SetNestedField(scaled.Object, int64(3), "spec", "replicas"))
	_, err := s.update(deployments, scaled, controller, false)
	must(err)
}

// replacePods is the controller of Deployments, with a ReplicaSet for each pod template.
func (s *store) replacePods(deployment *unstructured.Unstructured) {
	hash := s.replicaSetOf(deployment)
	replicas, _, _ := unstructured.NestedInt64(deployment.Object, "spec", "replicas")
	progress := map[string]any{"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}
	if broken(deployment) {
		progress = map[string]any{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
	} else {
		s.podsOf(deployment, map[string]string{"pod-template-hash": hash}, int(replicas), true)
	}
	deployment.Object["status"] = map[string]any{
		"observedGeneration": deployment.GetGeneration(), "replicas": replicas, "updatedReplicas": replicas,
		"availableReplicas": replicas, "readyReplicas": replicas, "conditions": []any{progress},
	}
}

func (s *store) replicaSetOf(deployment *unstructured.Unstructured) string {
	hash := hashOf(deployment)
	name := deployment.GetName() + "-" + hash
	latest := 0
	for _, other := range s.list("ReplicaSet", deployment.GetNamespace(), labels.Everything()) {
		number, _ := strconv.Atoi(other.GetAnnotations()[revision])
		latest = max(latest, number)
	}
	set := s.get("ReplicaSet", deployment.GetNamespace(), name)
	if set != nil && set.GetAnnotations()[revision] == deployment.GetAnnotations()[revision] {
		return hash
	}
	template, _, _ := unstructured.NestedMap(deployment.Object, podTemplatePath...)
	set = &unstructured.Unstructured{Object: map[string]any{"apiVersion": "apps/v1", "kind": "ReplicaSet", "spec": map[string]any{
		"replicas": int64(0), "selector": deployment.Object["spec"].(map[string]any)["selector"], "template": template,
	}}}
	set.SetName(name)
	set.SetNamespace(deployment.GetNamespace())
	podLabels, _, _ := unstructured.NestedStringMap(template, "metadata", "labels")
	podLabels["pod-template-hash"] = hash
	set.SetLabels(podLabels)
	must(unstructured.SetNestedStringMap(set.Object, podLabels, "spec", "template", "metadata", "labels"))
	set.SetAnnotations(map[string]string{revision: strconv.Itoa(latest + 1)})
	set.Object["metadata"].(map[string]any)["ownerReferences"] = []any{map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment", "name": deployment.GetName(), "uid": string(deployment.GetUID()), "controller": true,
	}}
	s.put(set)
	numbered := deployment.DeepCopy()
	annotations := numbered.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[revision] = strconv.Itoa(latest + 1)
	numbered.SetAnnotations(annotations)
	stored, err := s.update(deployments, numbered, controller, false)
	must(err)
	deployment.Object = stored.Object
	return hash
}

// podsOf makes the pods of a pod template; with replace those of other templates go.
func (s *store) podsOf(deployment *unstructured.Unstructured, more map[string]string, count int, replace bool) {
	prefix := deployment.GetName() + "-pod-"
	if replace {
		for at := range s.objects {
			if at.kind == "Pod" && at.namespace == deployment.GetNamespace() && strings.HasPrefix(at.name, prefix) {
				delete(s.objects, at)
			}
		}
	}
	podLabels, _, _ := unstructured.NestedStringMap(deployment.Object, "spec", "template", "metadata", "labels")
	spec, _, _ := unstructured.NestedMap(deployment.Object, "spec", "template", "spec")
	for label, value := range more {
		podLabels[label] = value
	}
	for i := range count {
		pod := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Pod", "spec": spec, "status": map[string]any{
			"conditions": []any{map[string]any{"type": "Ready", "status": "True"}},
		}}}
		pod.SetNamespace(deployment.GetNamespace())
		pod.SetName(fmt.Sprintf("%s%s-%d", prefix, hashOf(deployment), i))
		pod.SetLabels(podLabels)
		s.put(pod)
	}
}

func broken(deployment *unstructured.Unstructured) bool {
	text, err := json.Marshal(deployment.Object["spec"])
	must(err)
	return strings.Contains(string(text), "@sha256:bad")
}

func hashOf(deployment *unstructured.Unstructured) string {
	template, _, _ := unstructured.NestedMap(deployment.Object, podTemplatePath...)
	text, err := json.Marshal(template)
	must(err)
	sum := fnv.New32a()
	_, _ = sum.Write(text)
	return fmt.Sprintf("%08x", sum.Sum32())
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
