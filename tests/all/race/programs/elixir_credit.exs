# A user presses "buy this book" in two windows, and has the credit for one.
Code.require_file("database.exs", __DIR__)

defmodule Credit do
  import Database, only: [query: 2]

  def buy(connection, how) do
    query(connection, "BEGIN")

    if paid?(connection, how) do
      query(connection, "INSERT INTO purchases (user_id, book) VALUES (1, 'Dune')")
    end

    query(connection, "COMMIT")
  end

  defp paid?(connection, "atomic") do
    take = "UPDATE users SET credit = credit - 10 WHERE id = 1 AND credit >= 10 RETURNING id"
    Database.rows(connection, take) != []
  end

  defp paid?(connection, how) do
    lock = if how == "for-update", do: " FOR UPDATE", else: ""
    [[credit]] = Database.rows(connection, "SELECT credit FROM users WHERE id = 1#{lock}")
    left = String.to_integer(credit) - 10
    if left >= 0, do: query(connection, "UPDATE users SET credit = #{left} WHERE id = 1")
    left >= 0
  end
end

Database.serve(&Credit.buy/2)
