interface Handlers {
  readonly onPointerEnter: (() => void) | undefined;
  readonly onPointerDown: (() => void) | undefined;
  readonly onFocus: (() => void) | undefined;
}

/** Calls it whenever somebody seems to be about to press the element, by mouse, finger or keyboard. */
export function intent(handle: (() => void) | undefined): Handlers {
  return { onPointerEnter: handle, onPointerDown: handle, onFocus: handle };
}
