import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Scanner;

class JdbcShop {
    static String how;
    static Connection connection;

    public static void main(String[] arguments) throws SQLException {
        how = arguments[0];
        connection = DriverManager.getConnection(System.getenv("JDBC_URL"));
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(
                how.equals("serializable")
                        ? Connection.TRANSACTION_SERIALIZABLE
                        : Connection.TRANSACTION_READ_COMMITTED);
        if (!List.of(arguments).contains("worker")) {
            buy();
            return;
        }
        System.out.println("ready");
        for (var input = new Scanner(System.in); input.hasNextLine(); input.nextLine()) {
            try {
                buy();
                System.out.println("ok");
            } catch (SQLException error) {
                connection.rollback();
                System.out.println(error.getMessage().lines().findFirst().orElse("failed"));
            }
        }
    }

    static void buy() throws SQLException {
        var lock = how.equals("for-update") ? " FOR UPDATE" : "";
        try (var read = connection.prepareStatement("SELECT units FROM stock WHERE id = ?" + lock);
                var take = connection.prepareStatement("UPDATE stock SET units = ? WHERE id = 1");
                var order = connection.prepareStatement("INSERT INTO orders (item) VALUES (?)")) {
            read.setInt(1, 1);
            var found = read.executeQuery();
            found.next();
            var units = found.getInt(1);
            if (units >= 1) {
                take.setInt(1, units - 1);
                take.executeUpdate();
                order.setInt(1, 1);
                order.executeUpdate();
            }
        }
        connection.commit();
    }
}
