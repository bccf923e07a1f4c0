public class Hello {
  public static void main(String[] args) throws Exception {
    System.out.println("ready");
    while (System.in.read() >= 0) ;
  }
}
