import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";

import { FieldGroup, FieldRow, LinesField } from "./FieldGroup.tsx";
import { numberOf, numeric, text, textOf, textsOf } from "./formValues.ts";
import type { About } from "./ScheduleFields.tsx";
import { linesOf, type Table } from "./tables.ts";

/** Reads what DeliveryFields wishes. */
export function deliveryOf(form: FormData): Table {
  return {
    when: text(form, "when"),
    windows: linesOf(text(form, "delivery-windows")),
    networks: linesOf(text(form, "networks").replaceAll(",", ";")),
    rate_kib_s: numeric(form, "rate"),
    parallel: numeric(form, "parallel"),
    ordered: text(form, "ordered") === "" ? null : text(form, "ordered") === "yes",
  };
}

/** When and over which networks it delivers, and how much of them it takes. */
export function DeliveryFields({ delivery, about }: { readonly delivery: Table; readonly about: About }) {
  return (
    <FieldGroup title="Delivery">
      <TextField
        select
        label="Deliver"
        name="when"
        defaultValue={textOf(delivery.when)}
        slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
        {...about("delivery", "When asked: by the button Deliver now, or at the camera.")}
      >
        <MenuItem value="">Not wished</MenuItem>
        <MenuItem value="at_once">At once</MenuItem>
        <MenuItem value="windows">In windows</MenuItem>
        <MenuItem value="asked">When asked</MenuItem>
      </TextField>
      <LinesField
        label="Delivery windows"
        name="delivery-windows"
        value={delivery.windows}
        placeholder="22:00..06:00"
        helperText="One a line, by the agent's own clock."
      />
      <TextField
        label="Deliver over networks"
        name="networks"
        defaultValue={textsOf(delivery.networks).join(", ")}
        placeholder="wlan0"
        autoComplete="off"
        helperText="Interfaces or Wi-Fi names, with commas. Empty: any."
      />
      <FieldRow>
        <TextField
          label="KiB per second"
          name="rate"
          defaultValue={numberOf(delivery.rate_kib_s)}
          autoComplete="off"
          slotProps={{ htmlInput: { inputMode: "numeric" } }}
          helperText="At most; empty: no limit."
        />
        <TextField
          label="Uploads at once"
          name="parallel"
          defaultValue={numberOf(delivery.parallel)}
          autoComplete="off"
          slotProps={{ htmlInput: { inputMode: "numeric" } }}
          helperText="Empty: one."
        />
      </FieldRow>
      <TextField
        select
        label="Order"
        name="ordered"
        defaultValue={choiceOf(delivery.ordered)}
        slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
        helperText="Strict: nothing passes a picture over which the server stumbles."
      >
        <MenuItem value="">Not wished</MenuItem>
        <MenuItem value="no">May be passed</MenuItem>
        <MenuItem value="yes">Strict</MenuItem>
      </TextField>
    </FieldGroup>
  );
}

function choiceOf(ordered: unknown): string {
  if (typeof ordered !== "boolean") return "";
  return ordered ? "yes" : "no";
}
