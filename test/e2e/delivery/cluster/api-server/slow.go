package main

import (
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

/*
 * Controllers that take a while. Time is counted in looks at their objects: the first look after a change still sees the
 * release before, each further one sees a step more.
 */

// look is one look at an object: what it shows, and then a step of its controller.
func (s *store) look(object *unstructured.Unstructured) *unstructured.Unstructured {
	seen := object.DeepCopy()
	switch object.GetKind() {
	case "Rollout":
		s.stepRollout(object)
	case "Deployment":
		for _, service := range s.objects {
			if service.GetKind() == "InferenceService" && service.GetNamespace() == object.GetNamespace() &&
				service.GetName()+"-predictor" == object.GetName() {
				s.makePredictor(service)
				break
			}
		}
	}
	return seen
}

func (s *store) rolloutOf(deployment *unstructured.Unstructured) *unstructured.Unstructured {
	for _, object := range s.objects {
		name, _, _ := unstructured.NestedString(object.Object, "spec", "workloadRef", "name")
		if object.GetKind() == "Rollout" && object.GetNamespace() == deployment.GetNamespace() && name == deployment.GetName() {
			return object
		}
	}
	return nil
}

// stepRollout is Argo Rollouts: a canary pod first, then all pods; or the end of a release whose pods do not become ready.
func (s *store) stepRollout(rollout *unstructured.Unstructured) {
	name, _, _ := unstructured.NestedString(rollout.Object, "spec", "workloadRef", "name")
	deployment := s.get("Deployment", rollout.GetNamespace(), name)
	if deployment == nil {
		return
	}
	hash := hashOf(deployment)
	current, _, _ := unstructured.NestedString(rollout.Object, "status", "currentPodHash")
	stable, _, _ := unstructured.NestedString(rollout.Object, "status", "stableRS")
	phase, _, _ := unstructured.NestedString(rollout.Object, "status", "phase")
	switch {
	case hash == stable:
		s.finishRollout(rollout)
	case hash != current:
		if !broken(deployment) {
			s.podsOf(deployment, map[string]string{"rollouts-pod-template-hash": hash}, 1, false)
		}
		s.setRollout(rollout, deployment, stable, "Paused", "CanaryPauseStep")
	case phase == "Paused" && broken(deployment):
		s.setRollout(rollout, deployment, stable, "Degraded", "RolloutAborted: Rollout aborted update to revision 2: ProgressDeadlineExceeded")
	case phase == "Paused":
		s.finishRollout(rollout)
	}
}

func (s *store) finishRollout(rollout *unstructured.Unstructured) {
	name, _, _ := unstructured.NestedString(rollout.Object, "spec", "workloadRef", "name")
	deployment := s.get("Deployment", rollout.GetNamespace(), name)
	s.podsOf(deployment, map[string]string{"rollouts-pod-template-hash": hashOf(deployment)}, 3, true)
	s.setRollout(rollout, deployment, hashOf(deployment), "Healthy", "")
}

func (s *store) setRollout(rollout, deployment *unstructured.Unstructured, stable, phase, message string) {
	rollout.Object["status"] = map[string]any{
		"observedGeneration":         strconv.FormatInt(rollout.GetGeneration(), 10),
		"workloadObservedGeneration": strconv.FormatInt(deployment.GetGeneration(), 10),
		"currentPodHash":             hashOf(deployment), "stableRS": stable, "phase": phase, "message": message,
	}
}

// makePredictor is KServe: a Deployment for the predictor. It reports Ready all the time, as KServe does while pods are replaced.
func (s *store) makePredictor(service *unstructured.Unstructured) {
	predictor, _, _ := unstructured.NestedMap(service.Object, "spec", "predictor")
	spec := map[string]any{}
	for _, name := range []string{"containers", "initContainers", "volumes", "serviceAccountName", "securityContext"} {
		if value, found := predictor[name]; found {
			spec[name] = value
		}
	}
	podLabels := map[string]any{"serving.kserve.io/inferenceservice": service.GetName()}
	deployment := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "spec": map[string]any{
		"replicas": int64(3), "progressDeadlineSeconds": int64(600),
		"selector": map[string]any{"matchLabels": podLabels},
		"template": map[string]any{"metadata": map[string]any{"labels": podLabels}, "spec": spec},
	}}}
	deployment.SetNamespace(service.GetNamespace())
	deployment.SetName(service.GetName() + "-predictor")
	s.replacePods(s.put(deployment))
	service.Object["status"] = map[string]any{"conditions": []any{map[string]any{"type": "Ready", "status": "True"}}}
}
