# The daily task that every server runs: bill what is pending, through an API, and mark it sent.
Code.require_file("database.exs", __DIR__)

defmodule Invoices do
  import Database, only: [query: 2]

  def send_out(connection, "claim") do
    claim = "UPDATE invoices SET status = 'sent' WHERE status = 'pending' RETURNING id"
    query(connection, "BEGIN")
    claimed = Database.rows(connection, claim)
    query(connection, "COMMIT")
    for [invoice] <- claimed, do: bill(invoice, [])
  end

  def send_out(connection, how) do
    lock = if how == "for-update", do: " FOR UPDATE", else: ""
    pending = "SELECT id FROM invoices WHERE status = 'pending'#{lock}"
    query(connection, "BEGIN")

    for [invoice] <- Database.rows(connection, pending) do
      key = if how == "key", do: [{~c"idempotency-key", ~c"invoice-#{invoice}"}], else: []
      bill(invoice, key)
      query(connection, "UPDATE invoices SET status = 'sent' WHERE id = #{invoice}")
    end

    query(connection, "COMMIT")
  end

  defp bill(invoice, headers) do
    url = String.to_charlist("#{System.fetch_env!("OUTSIDE_URL")}/bill/#{invoice}")
    {:ok, {{_, 200, _}, _, _}} = :httpc.request(:post, {url, headers, ~c"text/plain", ""}, [], [])
  end
end

{:ok, _} = Application.ensure_all_started(:inets)
Database.serve(&Invoices.send_out/2)
