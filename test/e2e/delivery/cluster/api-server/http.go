package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"
)

func (r resource) groupResource() schema.GroupResource {
	return schema.GroupResource{Group: r.gvk.Group, Resource: r.plural}
}

type handler struct {
	mutex sync.Mutex
	store *store
}

func newHandler(s *store) http.Handler { return &handler{store: s} }

func (h *handler) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	path := strings.TrimSuffix(request.URL.Path, "/")
	if strings.HasPrefix(path, "/openapi/v3") {
		answer(response, http.StatusOK, openAPI(path))
		return
	}
	if document := discovery(path); document != nil {
		answer(response, http.StatusOK, document)
		return
	}
	known, namespace, name, found := parse(path)
	if !found {
		http.NotFound(response, request)
		return
	}
	if request.URL.Query().Get("watch") != "" {
		watch(response, request)
		return
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	var document any
	var err error
	switch {
	case request.Method == http.MethodGet && name == "":
		document, err = h.list(known, namespace, request)
	case request.Method == http.MethodGet:
		document, err = h.get(known, namespace, name)
	case request.Method == http.MethodPatch:
		document, err = h.patch(known, namespace, name, request)
	default:
		err = apierrors.NewMethodNotSupported(known.groupResource(), request.Method)
	}
	if err != nil {
		refuse(response, err)
		return
	}
	answer(response, http.StatusOK, document)
}

// parse reads /api/v1/namespaces/NAMESPACE/RESOURCE[/NAME] and the same under /apis/GROUP.
func parse(path string) (known resource, namespace, name string, found bool) {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	group := ""
	if parts[0] == "apis" && len(parts) > 1 {
		group, parts = parts[1], parts[1:]
	}
	if len(parts) < 5 || parts[2] != "namespaces" || len(parts) > 6 {
		return resource{}, "", "", false
	}
	if len(parts) == 6 {
		name = parts[5]
	}
	known, found = find(group, parts[1], parts[4])
	return known, parts[3], name, found
}

func (h *handler) get(known resource, namespace, name string) (any, error) {
	object := h.store.get(known.gvk.Kind, namespace, name)
	if object == nil {
		return nil, apierrors.NewNotFound(known.groupResource(), name)
	}
	return h.store.look(object), nil
}

func (h *handler) list(known resource, namespace string, request *http.Request) (any, error) {
	selector, err := labels.Parse(request.URL.Query().Get("labelSelector"))
	if err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(known.gvk.GroupVersion().WithKind(known.gvk.Kind + "List"))
	list.SetResourceVersion("1")
	wanted, byName := strings.CutPrefix(request.URL.Query().Get("fieldSelector"), "metadata.name=")
	for _, object := range h.store.list(known.gvk.Kind, namespace, selector) {
		if !byName || object.GetName() == wanted {
			list.Items = append(list.Items, *object)
		}
	}
	return list, nil
}

func (h *handler) patch(known resource, namespace, name string, request *http.Request) (any, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	query := request.URL.Query()
	dryRun := query.Get("dryRun") == "All"
	object := &unstructured.Unstructured{}
	var stored *unstructured.Unstructured
	switch request.Header.Get("Content-Type") {
	case "application/apply-patch+yaml":
		if err := yaml.Unmarshal(body, &object.Object); err != nil {
			return nil, apierrors.NewBadRequest(err.Error())
		}
		normalize(object)
		object.SetNamespace(namespace)
		stored, err = h.store.apply(known, object, query.Get("fieldManager"), query.Get("force") == "true", dryRun)
	case "application/json-patch+json":
		live := h.store.get(known.gvk.Kind, namespace, name)
		if live == nil {
			return nil, apierrors.NewNotFound(known.groupResource(), name)
		}
		if object, err = patched(live, body); err != nil {
			return nil, apierrors.NewBadRequest(err.Error())
		}
		stored, err = h.store.update(known, object, managerOf(request), dryRun)
	default:
		return nil, &apierrors.StatusError{ErrStatus: metav1.Status{
			Status: metav1.StatusFailure, Code: http.StatusUnsupportedMediaType, Reason: metav1.StatusReasonUnsupportedMediaType,
		}}
	}
	if err != nil {
		return nil, err
	}
	if !dryRun {
		h.store.reconcile(namespace)
	}
	return stored, nil
}

func patched(live *unstructured.Unstructured, body []byte) (*unstructured.Unstructured, error) {
	patch, err := jsonpatch.DecodePatch(body)
	if err != nil {
		return nil, err
	}
	before, err := live.MarshalJSON()
	if err != nil {
		return nil, err
	}
	after, err := patch.Apply(before)
	if err != nil {
		return nil, err
	}
	object := &unstructured.Unstructured{}
	return object, object.UnmarshalJSON(after)
}

// normalize gives numbers the types that objects have which were read from JSON by Kubernetes.
func normalize(object *unstructured.Unstructured) {
	text, err := json.Marshal(object.Object)
	if err == nil {
		err = object.UnmarshalJSON(text)
	}
	if err != nil {
		panic(err)
	}
}

// managerOf is kube-apiserver's rule: who names no field manager is known by the program of its user agent.
func managerOf(request *http.Request) string {
	if manager := request.URL.Query().Get("fieldManager"); manager != "" {
		return manager
	}
	return strings.Split(request.UserAgent(), "/")[0]
}

// watch never has news: every change is complete before it is answered, so the list before it is the result.
func watch(response http.ResponseWriter, request *http.Request) {
	if request.URL.Query().Get("sendInitialEvents") != "" {
		refuse(response, apierrors.NewInvalid(schema.GroupKind{}, "", nil))
		return
	}
	response.Header().Set("Content-Type", "application/json")
	response.WriteHeader(http.StatusOK)
	response.(http.Flusher).Flush()
	<-request.Context().Done()
}

func answer(response http.ResponseWriter, code int, document any) {
	response.Header().Set("Content-Type", "application/json")
	response.WriteHeader(code)
	_ = json.NewEncoder(response).Encode(document)
}

func refuse(response http.ResponseWriter, err error) {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		status = apierrors.NewInternalError(err)
	}
	document := status.Status()
	document.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}
	answer(response, int(document.Code), document)
}
