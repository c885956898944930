package dev.pennyworth.botsapi;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/// What a process of the program takes, asked of its virtual machine, its pool (which must register
/// its MBean) and its operating system.
final class TestingFigures implements AutoCloseable {
  private static final String POOL = "com.zaxxer.hikari:type=Pool (pennyworth)";
  private static final int LOOKS = 200;
  private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long BYTES_OF_A_MEGABYTE = 1L << 20;
  private static final long KILOBYTES_OF_A_MEGABYTE = 1L << 10;

  private final long process;
  private final JMXConnector connector;
  private final MBeanServerConnection beans;
  private final ThreadMXBean threads;
  private final MemoryMXBean memory;

  private TestingFigures(long process, JMXConnector connector) throws IOException {
    this.process = process;
    this.connector = connector;
    beans = connector.getMBeanServerConnection();
    threads = ManagementFactory.getPlatformMXBean(beans, ThreadMXBean.class);
    memory = ManagementFactory.getPlatformMXBean(beans, MemoryMXBean.class);
  }

  @SuppressWarnings("BanJNDI") // the address is that of a process of the test's own
  static TestingFigures of(long process) throws IOException, AttachNotSupportedException {
    var machine = VirtualMachine.attach(Long.toString(process));
    try {
      var address = new JMXServiceURL(machine.startLocalManagementAgent());
      return new TestingFigures(process, JMXConnectorFactory.connect(address));
    } finally {
      machine.detach();
    }
  }

  /// Platform threads as Java counts them; as the operating system does; heap in MB after a
  /// collection; resident MB; connections that the pool has; the most that were in use when it was
  /// looked at, 200 times in 2 s and more; and their mean.
  List<Object> now() throws IOException, JMException {
    var active = new int[LOOKS];
    for (int i = 0; i < LOOKS; i++) {
      active[i] = ofPool("ActiveConnections");
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
    memory.gc();
    return List.of(
        threads.getThreadCount(),
        ofSystem("Threads"),
        memory.getHeapMemoryUsage().getUsed() / BYTES_OF_A_MEGABYTE,
        ofSystem("VmRSS") / KILOBYTES_OF_A_MEGABYTE,
        ofPool("TotalConnections"),
        IntStream.of(active).max().orElseThrow(),
        IntStream.of(active).average().orElseThrow());
  }

  private int ofPool(String attribute) throws IOException, JMException {
    return (Integer) beans.getAttribute(new ObjectName(POOL), attribute);
  }

  /// The first number in a line of `/proc/<pid>/status`.
  private long ofSystem(String name) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(process), "status")).stream()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
