Code.require_file("database.exs", __DIR__)

defmodule Shop do
  import Database, only: [query: 2]

  def buy(connection, how) do
    level = if how == "serializable", do: "SERIALIZABLE", else: "READ COMMITTED"
    lock = if how == "for-update", do: " FOR UPDATE", else: ""
    query(connection, "BEGIN ISOLATION LEVEL #{level}")
    [[units]] = Database.rows(connection, "SELECT units FROM stock WHERE id = 1#{lock}")
    units = String.to_integer(units)

    if units >= 1 do
      query(connection, "UPDATE stock SET units = #{units - 1} WHERE id = 1")
      query(connection, "INSERT INTO orders (item) VALUES (1)")
    end

    query(connection, "COMMIT")
  end
end

Database.serve(&Shop.buy/2)
