using System.Text;
using Kube1.Api.Errors;

namespace Kube1.ApiServer.Http;

/// <summary>A named condition of the server; returns null when well, else what is wrong.</summary>
internal sealed record HealthCheck(string Name, Func<string?> Probe);

/// <summary>
/// /healthz, /livez and /readyz, with ?verbose, ?exclude= and one path a check, in upstream's form.
/// </summary>
internal sealed class HealthEndpoint(IReadOnlyList<HealthCheck> live, IReadOnlyList<HealthCheck> ready)
{
    /// <summary>Answers "ok", or 500 with the list of checks.</summary>
    public async ValueTask WriteAsync(RequestScope scope, string path)
    {
        var parts = path.Split('/', 3);
        var checks = parts[1] == "readyz" ? ready : live;
        if (parts.Length == 3)
        {
            checks = [.. checks.Where(c => c.Name == parts[2])];
            if (checks.Count == 0)
            {
                await PageNotFound.WriteAsync(scope).ConfigureAwait(false);
                return;
            }
        }

        var excluded = scope.Http.Request.Query["exclude"];
        var lines = new StringBuilder();
        var failed = false;
        foreach (var check in checks)
        {
            if (excluded.Contains(check.Name))
            {
                lines.Append($"[+]{check.Name} excluded: ok\n");
                continue;
            }

            // The reason stays inside: health is open to everyone.
            var bad = check.Probe() is not null;
            failed |= bad;
            lines.Append(bad ? $"[-]{check.Name} failed: reason withheld\n" : $"[+]{check.Name} ok\n");
        }

        var text = failed ? $"{lines}{parts[1]} check failed\n"
            : scope.Http.Request.Query.ContainsKey("verbose") ? $"{lines}{parts[1]} check passed\n"
            : "ok";
        var response = scope.Http.Response;
        response.StatusCode = failed ? 500 : 200;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers["X-Content-Type-Options"] = "nosniff";
        var bytes = Encoding.UTF8.GetBytes(text);
        response.ContentLength = bytes.Length;
        if (scope.Info.Verb != "head")
        {
            await response.Body.WriteAsync(bytes, scope.Aborted).ConfigureAwait(false);
        }
    }
}
