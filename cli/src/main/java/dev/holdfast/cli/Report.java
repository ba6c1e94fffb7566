package dev.holdfast.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Drift;
import dev.holdfast.engine.Drift.Difference;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Patches;
import dev.holdfast.engine.Progress;
import dev.holdfast.engine.TransactionLog;
import dev.holdfast.journal.ChainReport;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The history as one page. The data lie in it as JSON that the page's own script puts in place as
 * text: in the page's source no character of a name, message or diff can end its element.
 */
final class Report {
  private static final String TEMPLATE = "report.html";
  private static final String MARK = "<!--DATA-->";

  /** The browser reads so many transactions at once, when one of them is opened. */
  private static final int PART = 100;

  private static final int MOST_OPERATIONS = 500;
  private static final int MOST_PATHS = 50;
  private static final int MOST_LINES = 500;
  private static final int LONGEST_LINE = 2000;

  /** So many characters of changes of texts the whole page has at most. */
  private static final long MOST_TEXT = 24L << 20;

  private final Holdfast holdfast;
  private final Instant now;
  private final int limit;
  private final JsonFactory factory = new JsonFactory();
  private @Nullable Drift drift;
  private @Nullable String driftProblem;
  private boolean compared;
  private long text;

  Report(Holdfast holdfast, Instant now, int limit) {
    this.holdfast = holdfast;
    this.now = now;
    this.limit = limit;
  }

  /** Compares the live trees with the record; what can't be compared is said in the page. */
  void compare(Progress progress) {
    compared = true;
    try {
      drift = holdfast.verify(List.of(), false, false, progress);
    } catch (IOException e) {
      driftProblem = String.valueOf(e.getMessage());
    }
  }

  /** Writes the page. */
  void writeTo(OutputStream out) throws IOException {
    String template = template();
    int mark = template.indexOf(MARK);
    out.write(template.substring(0, mark).getBytes(StandardCharsets.UTF_8));
    List<TransactionRecord> transactions = new ArrayList<>();
    long all = 0;
    try (TransactionLog log = holdfast.log();
        Patches patches = holdfast.patches()) {
      Iterator<TransactionRecord> newest = log.newestFirst();
      while (newest.hasNext() && transactions.size() < limit) {
        transactions.add(newest.next());
      }
      all = transactions.isEmpty() ? 0 : transactions.getFirst().sequence();
      long count = all;
      element(out, "head", json -> head(json, log, transactions, count));
      element(out, "index", json -> index(json, log, transactions));
      for (int start = 0; start < transactions.size(); start += PART) {
        List<TransactionRecord> part =
            transactions.subList(start, Math.min(transactions.size(), start + PART));
        element(out, "part-" + start / PART, json -> part(json, log, patches, part));
      }
    }
    out.write(template.substring(mark + MARK.length()).getBytes(StandardCharsets.UTF_8));
  }

  private static String template() throws IOException {
    try (InputStream in = Report.class.getResourceAsStream(TEMPLATE)) {
      if (in == null) {
        throw new IllegalStateException("not packaged: " + TEMPLATE);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void element(OutputStream out, String id, Printer.JsonContent content)
      throws IOException {
    StringWriter buffer = new StringWriter();
    try (JsonGenerator json = factory.createGenerator(buffer)) {
      content.writeTo(json);
    }
    String safe =
        buffer
            .toString()
            .replace("<", "\\u003c")
            .replace("\u2028", "\\u2028")
            .replace("\u2029", "\\u2029");
    out.write(
        ("<script type=\"application/json\" id=\"" + id + "\">" + safe + "</script>\n")
            .getBytes(StandardCharsets.UTF_8));
  }

  // ---- head ------------------------------------------------------------------------------------

  private void head(
      JsonGenerator json, TransactionLog log, List<TransactionRecord> transactions, long count)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("journal", log.journal().toString());
    json.writeStringField("generated", now.toString());
    json.writeStringField(
        "host", transactions.isEmpty() ? "" : transactions.getFirst().beginning().host());
    json.writeNumberField("transactions", count);
    Set<AbsolutePath> roots = new TreeSet<>();
    transactions.forEach(transaction -> roots.addAll(transaction.beginning().roots()));
    new EntryJson(json).paths("roots", List.copyOf(roots));
    json.writeObjectFieldStart("chain");
    try {
      ChainReport chain = holdfast.audit().check(List.of());
      json.writeBooleanField("whole", true);
      json.writeNumberField("records", chain.head().records());
      json.writeStringField("hash", chain.head().digest().toString());
    } catch (JournalException e) {
      json.writeBooleanField("whole", false);
      json.writeStringField("problem", e.getMessage());
    }
    json.writeEndObject();
    if (compared) {
      drift(json);
    }
    json.writeEndObject();
  }

  private void drift(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("drift");
    if (drift == null) {
      json.writeStringField("problem", driftProblem);
    } else {
      json.writeNumberField("managed", drift.managed());
      json.writeArrayFieldStart("differences");
      for (Difference difference : drift.differences()) {
        json.writeStartObject();
        json.writeStringField("change", String.valueOf(difference.change().kind().letter()));
        new EntryJson(json).name("root", difference.root().bytes());
        new EntryJson(json).path("path", difference.path());
        new TransactionJson(json)
            .strings("differs", difference.aspects().stream().map(Drift.Aspect::label).toList());
        Long transaction = difference.transaction();
        json.writeStringField(
            "transaction", transaction == null ? null : Long.toString(transaction));
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  // ---- transactions ----------------------------------------------------------------------------

  private static void index(
      JsonGenerator json, TransactionLog log, List<TransactionRecord> transactions)
      throws IOException {
    json.writeStartArray();
    for (int i = 0; i < transactions.size(); i++) {
      TransactionRecord transaction = transactions.get(i);
      json.writeStartObject();
      new TransactionJson(json).summary(transaction);
      json.writeNumberField("part", i / PART);
      json.writeNumberField("at", i % PART);
      Plan plan = log.plan(transaction.sequence()).orElse(null);
      Set<String> paths = new LinkedHashSet<>();
      if (plan != null) {
        for (FileOperation operation : plan.operations()) {
          if (paths.size() < MOST_PATHS) {
            paths.add(operation.path().toString());
          }
        }
      }
      new TransactionJson(json).strings("paths", List.copyOf(paths));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void part(
      JsonGenerator json, TransactionLog log, Patches patches, List<TransactionRecord> transactions)
      throws IOException {
    json.writeStartArray();
    for (TransactionRecord transaction : transactions) {
      Plan plan = log.plan(transaction.sequence()).orElse(null);
      int all = plan == null ? 0 : plan.operations().size();
      json.writeStartObject();
      new TransactionJson(json).whole(transaction, plan == null ? null : shortened(plan));
      if (all > MOST_OPERATIONS) {
        json.writeNumberField("operations_left_out", all - MOST_OPERATIONS);
      }
      patch(json, transaction, plan, patches);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static Plan shortened(Plan plan) {
    return plan.operations().size() <= MOST_OPERATIONS
        ? plan
        : new Plan(
            plan.id(),
            plan.sequence(),
            plan.journal(),
            plan.mode(),
            plan.roots(),
            plan.operations().subList(0, MOST_OPERATIONS),
            plan.directoryTimes());
  }

  private void patch(
      JsonGenerator json, TransactionRecord transaction, @Nullable Plan plan, Patches patches)
      throws IOException {
    if (plan == null || text > MOST_TEXT || plan.operations().size() > MOST_OPERATIONS) {
      if (plan != null) {
        json.writeStringField(
            "patch_left_out",
            "the changes of texts would make this page too long: `holdfast show %d --patch`"
                .formatted(transaction.sequence()));
      }
      return;
    }
    List<String> lines;
    try {
      lines = patches.of(transaction.sequence());
    } catch (IOException e) {
      json.writeStringField("patch_left_out", String.valueOf(e.getMessage()));
      return;
    }
    List<String> shown =
        lines.stream()
            .limit(MOST_LINES)
            .map(line -> line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) : line)
            .toList();
    text += shown.stream().mapToLong(String::length).sum();
    new TransactionJson(json).strings("patch", shown);
    if (lines.size() > MOST_LINES) {
      json.writeStringField(
          "patch_left_out",
          "and %d more lines: `holdfast show %d --patch`"
              .formatted(lines.size() - MOST_LINES, transaction.sequence()));
    }
  }
}
