require "active_record"

HOW = ARGV[0]
# What its adapter for MariaDB is called by.
ActiveRecord::Base.establish_connection(ENV.fetch("DATABASE_URL").sub(/\Amysql:/, "mysql2:"))

class User < ActiveRecord::Base
  validates :email, uniqueness: true if HOW == "validates-uniqueness"
end

class Member < ActiveRecord::Base
end

class Invoice < ActiveRecord::Base
end

class Counter < ActiveRecord::Base
end

def work
  case HOW
  when "validates-uniqueness" then User.create(email: "ann@example.org")
  when "find-or-create-by" then User.find_or_create_by!(email: "ann@example.org")
  when "create-or-find-by" then Member.create_or_find_by!(email: "ann@example.org")
  when "max-plus-one"
    Invoice.transaction { Invoice.create!(number: (Invoice.maximum(:number) || 0) + 1) }
  when "max-plus-one-locked"
    Invoice.transaction do
      Counter.lock.find(1)
      Invoice.create!(number: (Invoice.maximum(:number) || 0) + 1)
    end
  when "with-lock"
    counter = Counter.find(1)
    counter.with_lock { counter.update!(uses: counter.uses + 1) }
  when "update-attribute"
    counter = Counter.find(1)
    counter.update!(uses: counter.uses + 1)
  end
end

return work unless ARGV.include?("worker")

# It looks at the tables once, which is no part of the work.
[User, Member, Invoice, Counter].each(&:primary_key).each(&:columns)
$stdout.sync = true
puts "ready"
$stdin.each_line do
  work
  puts "ok"
rescue StandardError => error
  puts error.message.lines.first
end
