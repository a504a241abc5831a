import { useState } from "react";

type Typing<Value> = { began: Value; value: Value; save: (value: Value) => void };

/**
 * A field that is saved when one leaves it. While it is typed in, nobody's change is written over it; it is saved with the `save` of its
 * beginning, which knows what the person saw, so that a change of somebody else's meanwhile is asked about.
 */
export function useTyped<Value>(stored: Value, save: (value: Value) => void) {
  const [typing, setTyping] = useState<Typing<Value> | null>(null);
  return {
    value: typing ? typing.value : stored,
    type: (value: Value) => setTyping({ ...(typing ?? { began: stored, save }), value }),
    leave: () => {
      if (typing && typing.value !== typing.began) typing.save(typing.value);
      setTyping(null);
    },
  };
}
