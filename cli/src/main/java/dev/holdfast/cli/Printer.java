package dev.holdfast.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
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

  private String jsonText(JsonContent fields) throws IOException {
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
    if (!json) {
      note(message);
      paths.forEach(path -> raw("  " + ArgumentText.oneLine(path) + "\n"));
      return;
    }
    try {
      String text =
          jsonText(fields -> {
            fields.writeStringField("error", message);
            fields.writeNumberField("exit", exit.number());
            if (!paths.isEmpty()) {
              new TransactionJson(fields).strings("paths", paths);
            }
          });
      raw(text + "\n");
    } catch (IOException e) {
      throw new AssertionError("writing to memory cannot fail", e);
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
