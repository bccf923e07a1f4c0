import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Like steps.c, in Java: `direct N MIB` buffers, `free` them, `threads N`; says "done" after each. */
public final class Steps {
  public static void main(String[] arguments) throws Exception {
    List<ByteBuffer> kept = new ArrayList<>();
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    System.out.println("done");
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "direct" -> {
          for (int i = 0; i < Integer.parseInt(words[1]); i++) {
            kept.add(ByteBuffer.allocateDirect(Integer.parseInt(words[2]) << 20));
          }
        }
        case "free" -> {
          kept.clear();
          // The cleaner runs after the collection, on a thread of its own.
          for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(100);
          }
        }
        case "threads" -> {
          for (int i = 0; i < Integer.parseInt(words[1]); i++) {
            Thread thread = new Thread(Steps::holdForever);
            thread.setDaemon(true);
            thread.start();
          }
        }
        default -> throw new IllegalArgumentException(line);
      }
      System.out.println("done");
    }
  }

  private static void holdForever() {
    try {
      Thread.sleep(Long.MAX_VALUE);
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }
}
