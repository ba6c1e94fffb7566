package dev.holdfast.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes results to stdout and messages to stderr, as UTF-8 whatever the locale is: for people, or
 * as JSON, one object a line.
 */
final class Printer {
  private static final int BUFFER = 32 * 1024;

  private final OutputStream out;
  private final OutputStream err;
  private final BooleanSupplier outHasReader;
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();
  private boolean json;
  private @Nullable JsonFactory factory;
  private @Nullable OutputStream resultFile;

  /**
   * Creates a printer for people.
   *
   * @param outHasReader tells whether a failure to write to {@code out} means that its reader left
   */
  Printer(OutputStream out, OutputStream err, BooleanSupplier outHasReader) {
    this.out = out;
    this.err = err;
    this.outHasReader = outHasReader;
  }

  /** Chooses JSON. */
  void setJson(boolean json) {
    this.json = json;
  }

  /** Returns whether results are wanted as JSON. */
  boolean isJson() {
    return json;
  }

  /** Writes a part of a JSON object. */
  @FunctionalInterface
  interface JsonContent {
    /** Writes the fields. */
    void writeTo(JsonGenerator generator) throws IOException;
  }

  /** Writes a line of results. */
  void line(String text) throws OutputException {
    buffer.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    buffer.write('\n');
    if (buffer.size() >= BUFFER) {
      flush();
    }
  }

  /** Writes a result: one JSON object in a line. */
  void object(JsonContent fields) throws IOException {
    line(jsonText(fields));
  }

  /** Returns one JSON object. */
  String jsonText(JsonContent fields) throws IOException {
    if (factory == null) {
      factory = new JsonFactory();
    }
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = factory.createGenerator(text)) {
      generator.writeStartObject();
      fields.writeTo(generator);
      generator.writeEndObject();
    }
    return text.toString();
  }

  /** Says where the result of a command that leaves stdout to another one goes; null: stderr. */
  void setResultFile(@Nullable OutputStream file) {
    resultFile = file;
  }

  /** Writes lines of such a result. */
  void result(List<String> lines) throws OutputException {
    byte[] text = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      OutputStream to = resultFile == null ? err : resultFile;
      to.write(text);
      to.flush();
    } catch (IOException e) {
      throw new OutputException(e, false);
    }
  }

  /** Writes a message to stderr, for people. */
  void note(String text) {
    raw("holdfast: " + ArgumentText.oneLine(text) + "\n");
  }

  /**
   * Writes an error to stderr, in the form that was asked for.
   *
   * @param paths the paths concerned, where the message leaves them out
   */
  void error(String message, List<String> paths, ExitCode exit) {
    if (resultFile != null) {
      errorToFile(message, paths, exit);
      return;
    }
    if (!json) {
      note(message);
      paths.forEach(path -> raw("  " + ArgumentText.oneLine(path) + "\n"));
      return;
    }
    raw(errorText(message, paths, exit) + "\n");
  }

  private String errorText(String message, List<String> paths, ExitCode exit) {
    try {
      return jsonText(fields -> {
        fields.writeStringField("error", message);
        fields.writeNumberField("exit", exit.number());
        if (!paths.isEmpty()) {
          new TransactionJson(fields).strings("paths", paths);
        }
      });
    } catch (IOException e) {
      throw new AssertionError("writing to memory cannot fail", e);
    }
  }

  private void errorToFile(String message, List<String> paths, ExitCode exit) {
    List<String> lines = new ArrayList<>();
    if (json) {
      lines.add(errorText(message, paths, exit));
    } else {
      lines.add("holdfast: " + ArgumentText.oneLine(message));
      paths.forEach(path -> lines.add("  " + ArgumentText.oneLine(path)));
    }
    try {
      result(lines);
    } catch (OutputException e) {
      raw(String.join("\n", lines) + "\n");
    }
  }

  /** Writes where in the program {@code failure} came from to stderr. */
  void trace(Throwable failure) {
    StringWriter text = new StringWriter();
    try (PrintWriter writer = new PrintWriter(text)) {
      failure.printStackTrace(writer);
    }
    raw(text.toString());
  }

  /** Writes text to stderr as it is. If nobody can see it, nothing can be done. */
  void raw(String text) {
    try {
      err.write(text.getBytes(StandardCharsets.UTF_8));
      err.flush();
    } catch (IOException _) {
      // There is no other place to say so.
    }
  }

  /** Hands all results over. */
  void flush() throws OutputException {
    try {
      buffer.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new OutputException(e, outHasReader.getAsBoolean());
    } finally {
      buffer.reset();
    }
  }
}
