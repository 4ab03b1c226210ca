// api-server ADDRESS: an API server of Kubernetes for the tests of scripts/deploy.sh, in memory.
//
// Field management is Kubernetes' own: k8s.io/apimachinery/pkg/util/managedfields, which kube-apiserver uses, with the types of
// client-go. What a real cluster's controllers do to a release is done at once by controllers.go.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: api-server ADDRESS")
	}
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	log.Fatal(http.Serve(listener, newHandler(newStore())))
}
