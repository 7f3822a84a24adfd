import { FieldGroup, FieldRow } from "./FieldGroup.tsx";
import { ChoiceSetting, LinesSetting, NumberSetting, TextSetting } from "./fields.tsx";
import { numeric, text, textsOf } from "./formValues.ts";
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
      <ChoiceSetting
        label="Deliver"
        name="when"
        value={delivery.when}
        choices={{ at_once: "At once", windows: "In windows", asked: "When asked" }}
        {...about("delivery", "When asked: by the button Deliver now, or at the camera.")}
      />
      <LinesSetting
        label="Delivery windows"
        name="delivery-windows"
        value={delivery.windows}
        placeholder="22:00..06:00"
        helperText="One a line, by the agent's own clock."
      />
      <TextSetting
        label="Deliver over networks"
        name="networks"
        value={textsOf(delivery.networks).join(", ")}
        placeholder="wlan0"
        helperText="Interfaces or Wi-Fi names, with commas. Empty: any."
      />
      <FieldRow>
        <NumberSetting
          label="KiB per second"
          name="rate"
          value={delivery.rate_kib_s}
          helperText="At most; empty: no limit."
        />
        <NumberSetting
          label="Uploads at once"
          name="parallel"
          value={delivery.parallel}
          helperText="Empty: one."
        />
      </FieldRow>
      <ChoiceSetting
        label="Order"
        name="ordered"
        value={choiceOf(delivery.ordered)}
        choices={{ no: "May be passed", yes: "Strict" }}
        helperText="Strict: nothing passes a picture over which the server stumbles."
      />
    </FieldGroup>
  );
}

function choiceOf(ordered: unknown): string {
  if (typeof ordered !== "boolean") return "";
  return ordered ? "yes" : "no";
}
