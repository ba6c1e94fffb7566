package dev.holdfast.journal.h2;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** A disk that asks a hook before every call on its directories and files. */
final class HookedDisk {
  private HookedDisk() {}

  /** Looks at a call. */
  @FunctionalInterface
  interface Hook {
    /**
     * Looks at a call, which is not made if this throws.
     *
     * @param method such as {@code sync} or {@code write}
     * @param name the entry that the file or the directory was opened by
     */
    void before(String method, String name) throws DiskException;
  }

  /** Returns {@code disk} with {@code hook} before every call. */
  static Disk of(Disk disk, Hook hook) {
    return (Disk) proxy(Disk.class, disk, "", hook);
  }

  private static Object proxy(Class<?> type, Object target, String name, Hook hook) {
    return Proxy.newProxyInstance(
        type.getClassLoader(), new Class<?>[] {type}, new Handler(target, name, hook));
  }

  private record Handler(Object target, String name, Hook hook) implements InvocationHandler {
    @Override
    public @Nullable Object invoke(
        Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
      hook.before(method.getName(), name);
      @Nullable Object[] plain = arguments == null ? new Object[0] : arguments.clone();
      String opened = name;
      for (int i = 0; i < plain.length; i++) {
        if (plain[i] instanceof EntryName entry) {
          opened = entry.toString();
        }
        if (plain[i] instanceof Proxy
            && Proxy.getInvocationHandler(plain[i]) instanceof Handler(var original, _, _)) {
          plain[i] = original;
        }
      }
      try {
        Object result = method.invoke(target, plain);
        return switch (result) {
          case Directory directory -> proxy(Directory.class, directory, opened, hook);
          case DiskFile file -> proxy(DiskFile.class, file, opened, hook);
          case null, default -> result;
        };
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }
  }
}
