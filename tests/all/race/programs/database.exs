# By Erlang's own client of Debian's: Postgrex would have to come from hex.pm.
defmodule Database do
  # Runs a task once, or as a worker of lockbench's: once for each line that it is sent.
  def serve(task) do
    [how | others] = System.argv()
    connection = connect()

    if others == ["worker"] do
      IO.puts("ready")
      for _ <- IO.stream(:stdio, :line), do: IO.puts(done(task, connection, how))
    else
      IO.puts(done(task, connection, how))
    end
  end

  # Where there are parameters, it does not see the end of a statement without rows.
  def query(connection, sql) do
    case :pgsql.squery(connection, sql) do
      {:ok, [error: error]} -> throw({:refused, error})
      {:ok, [answer]} -> answer
    end
  end

  # The rows that a SELECT gives, or a RETURNING.
  def rows(connection, sql), do: query(connection, sql) |> Tuple.to_list() |> List.last()

  defp connect do
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

  defp done(task, connection, how) do
    task.(connection, how)
    "ok"
  catch
    {:refused, error} ->
      :pgsql.squery(connection, "ROLLBACK")
      error[:message]
  end
end
