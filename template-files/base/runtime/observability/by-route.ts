/** What is the same for all requests of a route that end with a status, made once. */
export function createByRoute<T>(make: (route: string, status: number) => T): (route: string, status: number) => T {
  const all = new Map<string, Map<number, T>>();
  return (route, status) => {
    let ofRoute = all.get(route);
    if (!ofRoute) {
      ofRoute = new Map();
      all.set(route, ofRoute);
    }
    let one = ofRoute.get(status);
    if (one === undefined) {
      one = make(route, status);
      ofRoute.set(status, one);
    }
    return one;
  };
}
