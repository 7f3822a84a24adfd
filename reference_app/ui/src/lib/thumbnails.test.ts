import { expect, test } from "vitest";

import { parseThumbnails, thumbnailAt } from "./thumbnails.ts";

const INDEX = `WEBVTT

00:00:00.000 --> 00:00:02.000
7.jpg#xywh=0,0,160,90

00:00:02.000 --> 01:01:03.500
7.jpg#xywh=160,0,160,90
`;

test("an index of thumbnails is read", () => {
  const [first, second] = parseThumbnails(INDEX, "/media/sprites/7.vtt");
  expect(first).toEqual({
    begin: 0,
    end: 2,
    image: "/media/sprites/7.jpg",
    left: 0,
    top: 0,
    width: 160,
    height: 90,
  });
  expect(second).toMatchObject({ begin: 2, end: 3663.5, left: 160 });
});

test("what is no index has no thumbnails", () => {
  expect(parseThumbnails("<!doctype html>", "/media/sprites/7.vtt")).toEqual([]);
});

test("a moment has the thumbnail that is shown then", () => {
  const found = parseThumbnails(INDEX, "/x.vtt");
  expect(thumbnailAt(found, 0)?.left).toBe(0);
  expect(thumbnailAt(found, 1.99)?.left).toBe(0);
  expect(thumbnailAt(found, 2)?.left).toBe(160);
  expect(thumbnailAt(found, 9999)?.left).toBe(160);
  expect(thumbnailAt([], 1)).toBeUndefined();
});
