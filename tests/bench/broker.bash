# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154
# Rows of the bench: cup-broker and the servers that it asks, on the same
# cores.

servers=()

stop_servers() {
	local pid
	for pid in "${servers[@]}"; do
		kill "$pid" 2>/dev/null || :
	done
	servers=()
}

bench_certificates() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-days 2 -subj /CN=localhost \
		-addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
		-addext basicConstraints=critical,CA:FALSE \
		-keyout "$dir/server.key" -out "$dir/server.pem" 2>/dev/null
}

# until_listening PORT
until_listening() {
	until (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
		sleep 0.05
	done
}

# The body is read before the answer, as a server that decides does.
nginx_conf() {
	cat <<-EOT
		include /etc/nginx/modules-enabled/*.conf;
		daemon off;
		worker_processes 1;
		pid $dir/nginx.pid;
		error_log $dir/nginx.log;
		events { }
		http {
			access_log off;
			client_body_temp_path $dir/nginx.body;
			proxy_temp_path $dir/nginx.proxy;
			fastcgi_temp_path $dir/nginx.fastcgi;
			uwsgi_temp_path $dir/nginx.uwsgi;
			scgi_temp_path $dir/nginx.scgi;
			keepalive_requests 100000000;
			server {
				listen 127.0.0.1:7444 ssl http2;
				http2_max_concurrent_streams 256;
				ssl_certificate $dir/server.pem;
				ssl_certificate_key $dir/server.key;
				location / { content_by_lua_block {
					ngx.req.read_body() ngx.exit(204) } }
			}
		}
	EOT
}

broker_rows() {
	bench_certificates
	cup-serve -q tls:127.0.0.1:7443 --certificate "$dir/server.pem" \
		--private-key "$dir/server.key" -c \
		"cup-filter '$dir/20.policy' | cup-log --wait --ids 0 '$dir/there'" &
	servers+=($!)
	nginx_conf >"$dir/nginx.conf"
	nginx -c "$dir/nginx.conf" 2>/dev/null &
	servers+=($!)
	until_listening 7443
	until_listening 7444
	stage "cup-broker, tls: to cup-filter | cup-log" "$dir/records" \
		cup-broker --ca "$dir/server.pem" tls:localhost:7443
	stage "cup-broker, https: to nginx that answers 204" "$dir/records" \
		cup-broker --ca "$dir/server.pem" https://localhost:7444/
	stop_servers
}
