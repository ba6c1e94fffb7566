package dev.holdfast.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.holdfast.engine.SqlHistory;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Prints the rows of an answer in one of three forms. */
abstract sealed class RowPrinter implements SqlHistory.Rows {
  final Printer printer;

  RowPrinter(Printer printer) {
    this.printer = printer;
  }

  /** Prints what was kept back. */
  void end() throws IOException {}

  /** One object a row. Labels are in lower case. */
  static final class AsJson extends RowPrinter {
    private List<String> labels = List.of();

    AsJson(Printer printer) {
      super(printer);
    }

    @Override
    public void columns(List<String> names) {
      labels = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }

    @Override
    public void row(List<@Nullable Object> values) throws IOException {
      printer.object(json -> {
        for (int i = 0; i < labels.size(); i++) {
          json.writeFieldName(labels.get(i));
          write(json, values.get(i));
        }
      });
    }

    private static void write(JsonGenerator json, @Nullable Object value) throws IOException {
      switch (value) {
        case null -> json.writeNull();
        case Boolean flag -> json.writeBoolean(flag);
        case Integer number -> json.writeNumber(number);
        case Long number -> json.writeNumber(number);
        case Double number -> json.writeNumber(number);
        case BigDecimal number -> json.writeNumber(number);
        default -> json.writeString(value.toString());
      }
    }
  }

  /** Comma-separated values after RFC 4180; an empty field is a null or an empty text. */
  static final class AsCsv extends RowPrinter {
    AsCsv(Printer printer) {
      super(printer);
    }

    @Override
    public void columns(List<String> names) throws IOException {
      print(names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList());
    }

    @Override
    public void row(List<@Nullable Object> values) throws IOException {
      List<String> fields = new ArrayList<>();
      for (Object value : values) {
        fields.add(value == null ? "" : value.toString());
      }
      print(fields);
    }

    private void print(List<String> fields) throws IOException {
      printer.line(fields.stream().map(AsCsv::quoted).collect(Collectors.joining(",")));
    }

    private static String quoted(String field) {
      return field.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
          ? '"' + field.replace("\"", "\"\"") + '"'
          : field;
    }
  }

  /** Columns for people; what is wider than a column's first rows juts out. */
  static final class AsTable extends RowPrinter {
    private static final int LOOKED_AT = 200;
    private static final int WIDEST = 60;

    private final List<List<String>> kept = new ArrayList<>();
    private int[] widths = {};
    private boolean flowing;

    AsTable(Printer printer) {
      super(printer);
    }

    @Override
    public void columns(List<String> names) {
      kept.add(names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList());
    }

    @Override
    public void row(List<@Nullable Object> values) throws IOException {
      List<String> fields = new ArrayList<>();
      for (Object value : values) {
        fields.add(value == null ? "-" : ArgumentText.oneLine(value.toString()));
      }
      if (flowing) {
        print(fields);
      } else {
        kept.add(fields);
        if (kept.size() > LOOKED_AT) {
          flow();
        }
      }
    }

    private void flow() throws IOException {
      flowing = true;
      widths = new int[kept.getFirst().size()];
      for (List<String> fields : kept) {
        for (int i = 0; i < widths.length; i++) {
          widths[i] = Math.max(widths[i], Math.min(WIDEST, fields.get(i).length()));
        }
      }
      for (List<String> fields : kept) {
        print(fields);
      }
      kept.clear();
    }

    private void print(List<String> fields) throws IOException {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < fields.size(); i++) {
        line.append(fields.get(i));
        if (i < fields.size() - 1) {
          line.repeat(' ', Math.max(0, widths[i] - fields.get(i).length()) + 2);
        }
      }
      printer.line(line.toString());
    }

    @Override
    void end() throws IOException {
      if (!flowing) {
        flow();
      }
    }
  }
}
