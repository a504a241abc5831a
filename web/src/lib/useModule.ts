import { useEffect, useState } from "react";

/**
 * What a module holds; null until it has come. Where `Suspense` would do, but for that it shows its fallback for 300 ms at least.
 * `fetch` stays the same function. Throws what goes wrong with it, for the page's error to show.
 */
export function useModule<Module>(fetch: () => Promise<Module>): Module | null {
  const [module, setModule] = useState<Module | null>(null);
  const [failure, setFailure] = useState<Error | null>(null);
  useEffect(() => {
    let wanted = true;
    fetch().then((came) => wanted && setModule(came), (error: Error) => wanted && setFailure(error));
    return () => {
      wanted = false;
    };
  }, [fetch]);
  if (failure) throw failure;
  return module;
}
