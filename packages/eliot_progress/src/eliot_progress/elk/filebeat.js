// Makes the documents that eliot_progress.elk.documents makes. ECMAScript 5.1, as Filebeat's script processor wants.
var DEPTH = 8, TEXT_LIMIT = 8000;
var OUTCOMES = {succeeded: "success", failed: "failure", cancelled: "unknown"};
var ENVELOPE = ["task_uuid", "task_level", "timestamp", "message_type", "action_type", "action_status", "exception", "reason", "v"];
var LOG = ["logger", "level", "message"];
var NUMBERS = ["done", "total", "rate", "grace_s", "seq"];
var TEXTS = ["description", "about", "by", "unit", "step", "note", "outcome", "reason"];
var TIMES = ["started_at", "beat_at", "advanced_at", "next_by"];

function text(value, limit) {
  var line = (value === undefined || value === null ? "" : String(value));
  line = line.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, " ");
  return line.length > limit ? line.substring(0, limit - 1) + "\u2026" : line;
}

function path(level) {
  var steps = [];
  for (var i = 0; i < level.length; i++) {
    var digits = String(level[i]);
    steps.push(String.fromCharCode(96 + digits.length) + digits);
  }
  return steps.join("/");
}

function time(seconds) {
  var within = Math.min(Math.max(Number(seconds) || 0, 0), 253402300799);
  return new Date(Math.floor(within * 1000));
}

function key(name) {
  return String(name).substring(0, 200).replace(/\x00/g, " ").replace(/\./g, "_") || "_";
}

function value(given, depth) {
  if (typeof given === "string") { return given.substring(0, TEXT_LIMIT); }
  if (given === null || typeof given !== "object") { return given; }
  if (depth === 0) { return JSON.stringify(given).substring(0, TEXT_LIMIT); }
  if (Array.isArray(given)) {
    return given.map(function (inner) { return value(inner, depth - 1); });
  }
  var found = {};
  Object.keys(given).forEach(function (name) { found[key(name)] = value(given[name], depth - 1); });
  return found;
}

function progress(message) {
  var told = {};
  NUMBERS.forEach(function (name) { if (typeof message[name] === "number") { told[name] = message[name]; } });
  TEXTS.forEach(function (name) { if (message[name]) { told[name] = text(message[name], 200); } });
  TIMES.forEach(function (name) { told[name] = time(message[name]).toISOString(); });
  if (message.eta_s) { told.eta_low_s = message.eta_s[0]; told.eta_high_s = message.eta_s[1]; }
  return told;
}

function process(event) {
  var message = event.Get("line");
  event.Delete("line");
  var level = message.task_level || [], status = text(message.action_status, 200), kind = text(message.message_type, 200);
  var uuid = text(message.task_uuid, 200), reports = kind === "progress" || kind === "heartbeat";
  var outcome = reports ? message.outcome : status;
  var told = {kind: "event", action: text(reports ? message.of : message.action_type || kind, 200)};
  if (OUTCOMES[outcome]) { told.outcome = OUTCOMES[outcome]; }
  event.Put("@timestamp", time(message.timestamp));
  event.Put("ecs", {version: "@ECS@"});
  event.Put("event", told);
  event.Put("eliot", {id: uuid + "@" + path(level), task_uuid: uuid, path: path(level), parent: path(level.slice(0, -1)), kind: status || kind});
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) { event.Put("trace", {id: uuid.replace(/-/g, "")}); }
  if (status === "failed") {
    event.Put("error", {type: text(message.exception, 200), message: text(message.reason, TEXT_LIMIT)});
  }
  if (reports) {
    event.Put("progress", progress(message));
    event.Put("host", {name: text(message.host, 200)});
    event.Put("process", {pid: message.pid});
    return;
  }
  if (kind === "log") {
    event.Put("message", text(message.message, TEXT_LIMIT));
    event.Put("log", {level: text(message.level, 200), logger: text(message.logger, 200)});
  }
  var data = {};
  Object.keys(message).forEach(function (name) {
    if (ENVELOPE.indexOf(name) < 0 && (kind !== "log" || LOG.indexOf(name) < 0)) { data[key(name)] = value(message[name], DEPTH); }
  });
  event.Put("data", data);
}
