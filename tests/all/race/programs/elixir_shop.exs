# By Erlang's own client of Debian's: Postgrex would have to come from hex.pm.
defmodule Shop do
  def connect do
    value = &String.to_charlist(System.get_env(&1, ""))

    {:ok, connection} =
      :pgsql.connect(
        host: value.("PGHOST"),
        port: String.to_integer(System.fetch_env!("PGPORT")),
        user: value.("PGUSER"),
        password: value.("PGPASSWORD"),
        database: value.("PGDATABASE"),
        as_binary: true
      )

    connection
  end

  def buy(connection, how) do
    level = if how == "serializable", do: "SERIALIZABLE", else: "READ COMMITTED"
    lock = if how == "for-update", do: " FOR UPDATE", else: ""
    query(connection, "BEGIN ISOLATION LEVEL #{level}")
    {_, _, [[units]]} = query(connection, "SELECT units FROM stock WHERE id = 1#{lock}")
    units = String.to_integer(units)

    if units >= 1 do
      query(connection, "UPDATE stock SET units = #{units - 1} WHERE id = 1")
      query(connection, "INSERT INTO orders (item) VALUES (1)")
    end

    query(connection, "COMMIT")
    "ok"
  catch
    {:refused, error} ->
      :pgsql.squery(connection, "ROLLBACK")
      error[:message]
  end

  # Where there are parameters, it does not see the end of a statement without rows.
  defp query(connection, sql) do
    case :pgsql.squery(connection, sql) do
      {:ok, [error: error]} -> throw({:refused, error})
      {:ok, [answer]} -> answer
    end
  end
end

[how | others] = System.argv()
connection = Shop.connect()

if others == ["worker"] do
  IO.puts("ready")
  for _ <- IO.stream(:stdio, :line), do: IO.puts(Shop.buy(connection, how))
else
  IO.puts(Shop.buy(connection, how))
end
