package dev.holdfast.disk.linux;

import dev.holdfast.process.Processes.Child;
import dev.holdfast.process.Processes.Relay;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes signals away from Java while it is open. The classes for this are of the module
 * jdk.unsupported, which the compiler warns of without a way to say that it is meant; so they are
 * used by name. Where there are none, signals do what they always do.
 */
final class SignalRelay implements Relay {
  private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");

  private final Method handle;
  private final BiConsumer<String, Child> receiver;
  private final Set<String> waiting = new LinkedHashSet<>();
  private @Nullable Child child;
  private final Map<Object, Object> previous = new LinkedHashMap<>();

  private SignalRelay(Method handle, BiConsumer<String, Child> receiver) {
    this.handle = handle;
    this.receiver = receiver;
  }

  private synchronized void receive(String signal) {
    if (child == null) {
      waiting.add(signal);
    } else {
      receiver.accept(signal, child);
    }
  }

  @Override
  public synchronized void to(Child newChild) {
    child = newChild;
    waiting.forEach(signal -> receiver.accept(signal, newChild));
    waiting.clear();
  }

  static Relay open(BiConsumer<String, Child> receiver) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      SignalRelay relay = new SignalRelay(signal.getMethod("handle", signal, handler), receiver);
      Method name = signal.getMethod("getName");
      Object ours =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      relay.receive((String) name.invoke(arguments[0]));
                      yield null;
                    }
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> System.identityHashCode(proxy) == arguments[0].hashCode();
                    default -> "relay";
                  });
      for (String each : SIGNALS) {
        relay.take(signal.getConstructor(String.class).newInstance(each), ours);
      }
      return relay;
    } catch (ReflectiveOperationException e) {
      System.getLogger(SignalRelay.class.getName())
          .log(System.Logger.Level.DEBUG, "signals are not handed on: {0}", e);
      return new Relay() {
        @Override
        public void to(Child child) {}

        @Override
        public void close() {}
      };
    }
  }

  private void take(Object signal, Object ours) throws IllegalAccessException {
    try {
      previous.put(signal, handle.invoke(null, signal, ours));
    } catch (InvocationTargetException _) {
      // Ignored from the beginning (nohup), or Java's own.
    }
  }

  @Override
  public void close() {
    previous.forEach((signal, handler) -> {
      try {
        handle.invoke(null, signal, handler);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    });
    previous.clear();
  }
}
