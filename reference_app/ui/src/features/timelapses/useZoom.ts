import { useRef, useState, type CSSProperties, type PointerEvent } from "react";

const ZOOMS = [1, 2, 4, 8] as const;

export interface Zoom {
  readonly scale: number;
  readonly canZoomIn: boolean;
  readonly canZoomOut: boolean;
  readonly zoomIn: () => void;
  readonly zoomOut: () => void;
  readonly reset: () => void;
  /** What + − and 0 do, by the name of the key. */
  readonly keys: Readonly<Partial<Record<string, () => void>>>;
  /** Where the picture is held while it is dragged. */
  readonly pointer: {
    readonly onPointerDown: (event: PointerEvent) => void;
    readonly onPointerMove: (event: PointerEvent) => void;
    readonly onPointerUp: () => void;
    readonly onPointerCancel: () => void;
  };
  /** For what is zoomed: it never leaves its frame. */
  readonly style: CSSProperties;
}

/** Zooms into a picture, and drags what is zoomed. */
export function useZoom(): Zoom {
  const [step, setStep] = useState(0);
  const [pan, setPan] = useState({ x: 0, y: 0 });
  const held = useRef<{ x: number; y: number } | null>(null);
  const scale = ZOOMS[step] ?? 1;
  const zoomBy = (by: number) => {
    const next = Math.min(Math.max(step + by, 0), ZOOMS.length - 1);
    setStep(next);
    // Zooming out brings the edges of the picture closer to its frame.
    const kept = next === 0 ? 0 : next < step ? 0.5 : 1;
    setPan({ x: pan.x * kept, y: pan.y * kept });
  };
  const zoomIn = () => {
    zoomBy(1);
  };
  const zoomOut = () => {
    zoomBy(-1);
  };
  const reset = () => {
    zoomBy(-ZOOMS.length);
  };
  const release = () => {
    held.current = null;
  };
  return {
    scale,
    canZoomIn: step < ZOOMS.length - 1,
    canZoomOut: step > 0,
    zoomIn,
    zoomOut,
    reset,
    keys: { "+": zoomIn, "=": zoomIn, "-": zoomOut, "0": reset },
    pointer: {
      onPointerDown: (event) => {
        if (scale === 1) return;
        held.current = { x: event.clientX, y: event.clientY };
        event.currentTarget.setPointerCapture(event.pointerId);
      },
      onPointerMove: (event) => {
        const from = held.current;
        if (from === null) return;
        const { width, height } = event.currentTarget.getBoundingClientRect();
        const within = (value: number, size: number) => {
          const most = (size * (scale - 1)) / 2 / scale;
          return Math.min(Math.max(value, -most), most);
        };
        setPan({
          x: within(pan.x + (event.clientX - from.x) / scale, width),
          y: within(pan.y + (event.clientY - from.y) / scale, height),
        });
        held.current = { x: event.clientX, y: event.clientY };
      },
      onPointerUp: release,
      onPointerCancel: release,
    },
    style: { transform: `scale(${String(scale)}) translate(${String(pan.x)}px, ${String(pan.y)}px)` },
  };
}
