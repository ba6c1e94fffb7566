package dev.holdfast.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.journal.Beginning;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.Origin;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A transaction as the fields of a JSON object. Numbers of transactions are strings there. */
final class TransactionJson {
  private final JsonGenerator json;
  private final EntryJson entries;

  TransactionJson(JsonGenerator json) {
    this.json = json;
    this.entries = new EntryJson(json);
  }

  /** Writes the fields that {@code log} shows. */
  void summary(TransactionRecord transaction) throws IOException {
    head(transaction);
    json.writeNumberField("operations", transaction.operations());
    tail(transaction);
  }

  /** Writes the fields that {@code show} shows: each operation in place of their number. */
  void whole(TransactionRecord transaction, @Nullable Plan plan) throws IOException {
    head(transaction);
    json.writeArrayFieldStart("operations");
    if (plan != null) {
      for (FileOperation operation : plan.operations()) {
        operation(operation, plan.roots().get(operation.root()).path());
      }
    }
    json.writeEndArray();
    tail(transaction);
  }

  private void head(TransactionRecord transaction) throws IOException {
    Beginning beginning = transaction.beginning();
    Outcome outcome = transaction.outcome();
    json.writeStringField("id", Long.toString(transaction.sequence()));
    json.writeStringField("state", transaction.state().label());
    json.writeStringField("began", beginning.began().toString());
    json.writeStringField(
        "finished",
        outcome != null && transaction.state().isFinal() ? outcome.at().toString() : null);
    json.writeStringField("user", beginning.user());
    json.writeNumberField("uid", Integer.toUnsignedLong(beginning.uid()));
    json.writeStringField("host", beginning.host());
    json.writeStringField("command", TransactionText.command(beginning));
    json.writeStringField("message", beginning.message());
    entries.paths("roots", beginning.roots());
  }

  private void tail(TransactionRecord transaction) throws IOException {
    Long undoes = transaction.beginning().undoes();
    Outcome outcome = transaction.outcome();
    json.writeStringField("undoes", undoes == null ? null : Long.toString(undoes));
    json.writeStringField("reason", outcome == null ? null : outcome.reason());
    json.writeStringField("level", outcome == null ? null : outcome.level());
    if (outcome == null || outcome.exposureMicros() < 0) {
      json.writeNullField("exposure_us");
    } else {
      json.writeNumberField("exposure_us", outcome.exposureMicros());
    }
    json.writeBooleanField("recovered", outcome != null && outcome.recovered());
    json.writeBooleanField("pruned", transaction.pruned());
    if (outcome != null && !outcome.notes().isEmpty()) {
      strings("notes", outcome.notes());
    }
    circumstances(transaction.beginning(), outcome);
  }

  private void circumstances(Beginning beginning, @Nullable Outcome outcome) throws IOException {
    Origin origin = beginning.origin();
    json.writeStringField("global_id", beginning.id().text());
    json.writeStringField("kind", origin.kind().label());
    ids("takes_back", origin.takesBack());
    if (beginning.loginUid() >= 0) {
      json.writeNumberField("login_uid", beginning.loginUid());
    } else {
      json.writeNullField("login_uid");
    }
    json.writeStringField("sudo_user", origin.sudoUser());
    json.writeStringField("boot_id", beginning.bootId());
    json.writeNumberField("pid", beginning.processId());
    json.writeNumberField("parent_pid", origin.parentProcessId());
    json.writeStringField("parent_command", TransactionText.command(origin.parentCommand()));
    json.writeStringField("directory", beginning.workingDirectory());
    json.writeStringField("isolation", origin.isolation());
    json.writeStringField("barrier", outcome == null ? null : outcome.barrier());
    if (outcome == null || outcome.renames() < 0) {
      json.writeNullField("exposure_renames");
    } else {
      json.writeNumberField("exposure_renames", outcome.renames());
    }
    if (outcome == null) {
      json.writeNullField("duration_us");
    } else {
      json.writeNumberField(
          "duration_us", ChronoUnit.MICROS.between(beginning.began(), outcome.at()));
    }
  }

  /** Writes an array of strings. */
  void strings(String key, List<String> values) throws IOException {
    json.writeArrayFieldStart(key);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  /** Writes an array of transactions' numbers. */
  void ids(String key, List<Long> sequences) throws IOException {
    strings(key, sequences.stream().map(sequence -> Long.toString(sequence)).toList());
  }

  private void operation(FileOperation operation, AbsolutePath root) throws IOException {
    switch (operation) {
      case FileOperation.Create create ->
          operation("create", create, root, null, null, create.after());
      case FileOperation.Replace replace ->
          operation("replace", replace, root, null, replace.before(), replace.after());
      case FileOperation.Delete delete ->
          operation("delete", delete, root, null, delete.before(), null);
      case FileOperation.Move move ->
          operation("move", move, root, move.to(), move.before(), move.before());
      case FileOperation.SetAttributes set ->
          operation("attributes", set, root, null, set.before(), set.after());
    }
  }

  private void operation(
      String kind,
      FileOperation operation,
      AbsolutePath root,
      @Nullable RelativePath to,
      @Nullable Facts before,
      @Nullable Facts after)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("kind", kind);
    entries.name("root", root.bytes());
    entries.path("path", operation.path());
    entries.path("to", to);
    entries.facts("before", before);
    entries.facts("after", after);
    json.writeEndObject();
  }
}
