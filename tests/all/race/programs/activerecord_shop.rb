require "active_record"

HOW = ARGV[0]
# What its adapter for MariaDB is called by.
ActiveRecord::Base.establish_connection(ENV.fetch("DATABASE_URL").sub(/\Amysql:/, "mysql2:"))

class Stock < ActiveRecord::Base
  self.table_name = "stock"
end

class Order < ActiveRecord::Base
end

def buy
  level = HOW == "serializable" ? :serializable : :read_committed
  ActiveRecord::Base.transaction(isolation: level) do
    stock = HOW == "for-update" ? Stock.lock.find(1) : Stock.find(1)
    if stock.units >= 1
      stock.update!(units: stock.units - 1)
      Order.create!(item: 1)
    end
  end
end

return buy unless ARGV.include?("worker")

# It looks at the tables once, which is no part of the work.
[Stock, Order].each(&:primary_key).each(&:columns)
$stdout.sync = true
puts "ready"
$stdin.each_line do
  buy
  puts "ok"
rescue StandardError => error
  puts error.message.lines.first
end
