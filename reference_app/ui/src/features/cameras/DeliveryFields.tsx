import { FieldGroup, FieldRow } from "./FieldGroup.tsx";
import { ChoiceSetting, LinesSetting, NumberSetting, TextSetting } from "./fields.tsx";
import { numeric, text, textsOf } from "./formValues.ts";
import type { DescribeField } from "./ScheduleFields.tsx";
import { linesOf, type Table } from "./tables.ts";

/** Reads the values of DeliveryFields from its form. */
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

/** The values of the setting `when`, with their labels. */
export const DELIVERY_TIMES: Readonly<Record<string, string>> = {
  at_once: "Immediately",
  windows: "In windows",
  asked: "On request",
};

/** When the agent delivers, over which networks, and how much bandwidth it may use. */
export function DeliveryFields({
  delivery,
  describe,
}: {
  readonly delivery: Table;
  readonly describe: DescribeField;
}) {
  return (
    <FieldGroup title="Delivery">
      <ChoiceSetting
        label="Deliver"
        name="when"
        value={delivery.when}
        choices={DELIVERY_TIMES}
        {...describe("delivery", "On request: with the Deliver now button, or at the camera.")}
      />
      <LinesSetting
        label="Delivery windows"
        name="delivery-windows"
        value={delivery.windows}
        placeholder="22:00..06:00"
        helperText="One per line, in the agent’s local time."
      />
      <TextSetting
        label="Networks"
        name="networks"
        value={textsOf(delivery.networks).join(", ")}
        placeholder="wlan0"
        helperText="Interfaces or Wi-Fi names, separated by commas. Empty: any."
      />
      <FieldRow>
        <NumberSetting
          label="Limit in KiB/s"
          name="rate"
          value={delivery.rate_kib_s}
          helperText="Upload rate. Empty: no limit."
        />
        <NumberSetting
          label="Parallel uploads"
          name="parallel"
          value={delivery.parallel}
          helperText="Empty: 1."
        />
      </FieldRow>
      <ChoiceSetting
        label="Order"
        name="ordered"
        value={choiceOf(delivery.ordered)}
        choices={{ no: "Flexible", yes: "Strict" }}
        helperText="Strict: a capture that fails holds up all later ones."
      />
    </FieldGroup>
  );
}

function choiceOf(ordered: unknown): string {
  if (typeof ordered !== "boolean") return "";
  return ordered ? "yes" : "no";
}
