Code.require_file("database.exs", Path.join(__DIR__, "../programs"))

defmodule Corpus do
  import Database, only: [query: 2]

  def work(connection, "child-then-parent") do
    in_transaction(connection, fn ->
      query(connection, "INSERT INTO comments (post) VALUES (1)")
      query(connection, "SELECT replies FROM posts WHERE id = 1 FOR UPDATE")
      query(connection, "UPDATE posts SET replies = replies + 1 WHERE id = 1")
    end)
  end

  def work(connection, "parent-then-child") do
    in_transaction(connection, fn ->
      query(connection, "SELECT replies FROM posts WHERE id = 1 FOR UPDATE")
      query(connection, "INSERT INTO comments (post) VALUES (1)")
      query(connection, "UPDATE posts SET replies = replies + 1 WHERE id = 1")
    end)
  end

  def work(connection, "on-conflict") do
    in_transaction(connection, fn ->
      query(connection, "SELECT hits FROM visits WHERE page = 1")

      query(
        connection,
        "INSERT INTO visits AS v (page, hits) VALUES (1, 1) " <>
          "ON CONFLICT (page) DO UPDATE SET hits = v.hits + 1"
      )
    end)
  end

  def work(connection, "count-then-report") do
    if System.get_env("LOCKBENCH_SESSION") == "1" do
      in_transaction(connection, fn ->
        [[before]] = Database.rows(connection, "SELECT count(*) FROM claims WHERE coupon = 1")
        [[later]] = Database.rows(connection, "SELECT count(*) FROM claims WHERE coupon = 1")
        total = String.to_integer(before) + String.to_integer(later)
        query(connection, "INSERT INTO reports (total) VALUES (#{total})")
      end)
    else
      query(connection, "INSERT INTO claims (coupon, member) VALUES (1, 7)")
    end
  end

  defp in_transaction(connection, work) do
    query(connection, "BEGIN")
    work.()
    query(connection, "COMMIT")
  end
end

Database.serve(&Corpus.work/2)
