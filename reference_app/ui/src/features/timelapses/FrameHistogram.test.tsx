import { act, render, screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import { FrameHistogram } from "./FrameHistogram.tsx";

let pixels: readonly number[] = [];
let decode: () => Promise<void> = () => Promise.resolve();

beforeEach(() => {
  // jsdom has neither a canvas nor decodes pictures.
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue({
    drawImage: () => undefined,
    getImageData: () => ({ data: new Uint8ClampedArray(pixels) }),
  } as unknown as GPUCanvasContext);
  HTMLImageElement.prototype.decode = () => decode();
  decode = () => Promise.resolve();
  return () => {
    Reflect.deleteProperty(HTMLImageElement.prototype, "decode");
  };
});

const grey = (value: number) => [value, value, value, 255];

async function show(url = "/one.jpg") {
  const shown = render(<FrameHistogram url={url} />);
  await act(async () => Promise.resolve());
  return shown;
}

test("says in words how much is blown out and black, and how bright it is", async () => {
  pixels = [...grey(255), ...grey(0), ...grey(0), ...grey(128)];
  await show();
  expect(screen.getByRole("status")).toHaveTextContent("25% blown out50% blackmean brightness 38%");
  expect(screen.getByRole("img", { name: /Histogram of luminance, red, green and blue/ })).toBeVisible();
});

test("tells little from nothing", async () => {
  pixels = [...grey(255), ...Array.from({ length: 200 }, () => grey(128)).flat()];
  await show();
  expect(screen.getByRole("status")).toHaveTextContent("less than 1% blown outnothing black");
});

test("says nothing of a picture that has not come, and that one can't be read", async () => {
  pixels = grey(255);
  const { rerender } = await show();
  let fail: (error: Error) => void = () => undefined;
  decode = () => new Promise((_, reject) => (fail = reject));
  rerender(<FrameHistogram url="/two.jpg" />);
  expect(screen.queryByRole("img")).not.toBeInTheDocument();
  expect(screen.getByRole("status")).toBeEmptyDOMElement();
  await act(async () => {
    fail(new Error("gone"));
    await Promise.resolve();
  });
  expect(screen.getByRole("status")).toHaveTextContent("the picture could not be read");
});
