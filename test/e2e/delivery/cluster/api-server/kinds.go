package main

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// resource is a kind that the server knows, and its name in a path.
type resource struct {
	gvk    schema.GroupVersionKind
	plural string
}

func kind(group, version, name, plural string) resource {
	return resource{schema.GroupVersionKind{Group: group, Version: version, Kind: name}, plural}
}

// resources are the kinds that the manifests of a repository hold, and those that a rollback by kubectl reads.
var resources = []resource{
	kind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
	kind("", "v1", "Pod", "pods"),
	kind("", "v1", "Service", "services"),
	kind("", "v1", "ServiceAccount", "serviceaccounts"),
	kind("apps", "v1", "Deployment", "deployments"),
	kind("apps", "v1", "ReplicaSet", "replicasets"),
	kind("argoproj.io", "v1alpha1", "AnalysisTemplate", "analysistemplates"),
	kind("argoproj.io", "v1alpha1", "Rollout", "rollouts"),
	kind("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
	kind("batch", "v1", "CronJob", "cronjobs"),
	kind("batch", "v1", "Job", "jobs"),
	kind("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes"),
	kind("monitoring.coreos.com", "v1", "PrometheusRule", "prometheusrules"),
	kind("monitoring.coreos.com", "v1", "ServiceMonitor", "servicemonitors"),
	kind("networking.k8s.io", "v1", "Ingress", "ingresses"),
	kind("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies"),
	kind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets"),
	kind("serving.kserve.io", "v1beta1", "InferenceService", "inferenceservices"),
}

func find(group, version, plural string) (resource, bool) {
	for _, known := range resources {
		if known.gvk.Group == group && known.gvk.Version == version && known.plural == plural {
			return known, true
		}
	}
	return resource{}, false
}

func groupVersions() []schema.GroupVersion {
	var all []schema.GroupVersion
	for _, known := range resources {
		if len(all) == 0 || all[len(all)-1] != known.gvk.GroupVersion() {
			all = append(all, known.gvk.GroupVersion())
		}
	}
	return all
}

// discovery is what a client asks for first: /api, /apis, and the resources of each group's version.
func discovery(path string) any {
	groups := &metav1.APIGroupList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "APIGroupList"}}
	for _, gv := range groupVersions() {
		if path == prefixOf(gv) {
			return resourcesOf(gv)
		}
		if gv.Group != "" {
			version := metav1.GroupVersionForDiscovery{GroupVersion: gv.String(), Version: gv.Version}
			groups.Groups = append(groups.Groups, metav1.APIGroup{
				Name: gv.Group, Versions: []metav1.GroupVersionForDiscovery{version}, PreferredVersion: version,
			})
		}
	}
	switch path {
	case "/api":
		return &metav1.APIVersions{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "APIVersions"}, Versions: []string{"v1"}}
	case "/apis":
		return groups
	case "/version":
		return map[string]string{"major": "1", "minor": "37", "gitVersion": "v1.37.0"}
	}
	return nil
}

func prefixOf(gv schema.GroupVersion) string {
	if gv.Group == "" {
		return "/api/" + gv.Version
	}
	return "/apis/" + gv.String()
}

func resourcesOf(gv schema.GroupVersion) *metav1.APIResourceList {
	list := &metav1.APIResourceList{
		TypeMeta:     metav1.TypeMeta{APIVersion: "v1", Kind: "APIResourceList"},
		GroupVersion: gv.String(),
	}
	for _, known := range resources {
		if known.gvk.GroupVersion() == gv {
			list.APIResources = append(list.APIResources, metav1.APIResource{
				Name: known.plural, Kind: known.gvk.Kind, Namespaced: true,
				Verbs: metav1.Verbs{"create", "get", "list", "patch", "watch"},
			})
		}
	}
	return list
}

// openAPI is as much of the document as a client needs to know that the server checks fields itself.
func openAPI(path string) any {
	documents := map[string]any{}
	for _, gv := range groupVersions() {
		name := "/openapi/v3" + prefixOf(gv)
		documents[name[len("/openapi/v3/"):]] = map[string]string{"serverRelativeURL": name}
		if path != name {
			continue
		}
		paths := map[string]any{}
		for _, known := range resources {
			if known.gvk.GroupVersion() != gv {
				continue
			}
			paths[prefixOf(gv)+"/namespaces/{namespace}/"+known.plural+"/{name}"] = map[string]any{"patch": map[string]any{
				"parameters":                      []any{map[string]string{"name": "fieldValidation", "in": "query"}},
				"responses":                       map[string]any{},
				"x-kubernetes-group-version-kind": map[string]string{"group": gv.Group, "version": gv.Version, "kind": known.gvk.Kind},
			}}
		}
		return map[string]any{"openapi": "3.0.0", "info": map[string]string{"title": gv.String(), "version": gv.Version}, "paths": paths}
	}
	return map[string]any{"paths": documents}
}
