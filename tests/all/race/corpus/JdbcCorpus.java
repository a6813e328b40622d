import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Scanner;

class JdbcCorpus {
    static String how;
    static int session;
    static Connection connection;

    public static void main(String[] arguments) throws SQLException {
        how = arguments[0];
        session = Integer.parseInt(System.getenv().getOrDefault("LOCKBENCH_SESSION", "1"));
        connection = DriverManager.getConnection(System.getenv("JDBC_URL"));
        connection.setAutoCommit(false);
        System.out.println("ready");
        for (var input = new Scanner(System.in); input.hasNextLine(); input.nextLine()) {
            try {
                claim();
                connection.commit();
                System.out.println("ok");
            } catch (SQLException error) {
                connection.rollback();
                System.out.println(error.getMessage().lines().findFirst().orElse("failed"));
            }
        }
    }

    static void claim() throws SQLException {
        var lock = how.equals("count-locked") ? " FOR UPDATE" : "";
        var most = number("SELECT most FROM coupons WHERE id = ?" + lock, 1);
        if (number("SELECT count(*) FROM claims WHERE coupon = ?", 1) < most) {
            try (var insert = connection.prepareStatement("INSERT INTO claims (coupon, member) VALUES (?, ?)")) {
                insert.setInt(1, 1);
                insert.setInt(2, session);
                insert.executeUpdate();
            }
        }
    }

    static int number(String sql, int value) throws SQLException {
        try (var read = connection.prepareStatement(sql)) {
            read.setInt(1, value);
            var found = read.executeQuery();
            found.next();
            return found.getInt(1);
        }
    }
}
