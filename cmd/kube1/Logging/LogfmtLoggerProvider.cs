using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Kube1.Cmd.Logging;

/// <summary>
/// Logs as logfmt lines on a writer: `time=… level=info logger=… msg="…" Key=value`. A line is written whole, so lines of
/// several threads never mix.
/// </summary>
internal sealed class LogfmtLoggerProvider(TextWriter output, LogLevel least, TimeProvider time) : ILoggerProvider
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(" \"=\n\r\t");

    private readonly Lock _gate = new();

    public ILogger CreateLogger(string categoryName) => new LogfmtLogger(this, categoryName);

    public void Dispose() => output.Flush();

    private void Write(string line)
    {
        lock (_gate)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    private sealed class LogfmtLogger(LogfmtLoggerProvider provider, string category) : ILogger
    {
        private readonly string _name = category.StartsWith("Kube1.", StringComparison.Ordinal) ? category[6..] : category;

        // The framework's own information lines (one a request) are noise to the people who run a cluster.
        private readonly LogLevel _least = category.StartsWith("Microsoft.", StringComparison.Ordinal)
            ? Later(LogLevel.Warning, provider.Least)
            : provider.Least;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= _least && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var line = new StringBuilder(200);
            line.Append("time=").Append(provider.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            line.Append(" level=").Append(Word(logLevel)).Append(" logger=").Append(_name).Append(" msg=");
            AppendValue(line, formatter(state, exception));
            if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                foreach (var (key, value) in values)
                {
                    if (key != "{OriginalFormat}")
                    {
                        line.Append(' ').Append(key).Append('=');
                        AppendValue(line, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
                    }
                }
            }

            if (exception is not null)
            {
                line.Append(" error=");
                AppendValue(line, exception.ToString());
            }

            provider.Write(line.ToString());
        }

        private static string Word(LogLevel level) => level switch
        {
            LogLevel.Trace => "trace",
            LogLevel.Debug => "debug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warn",
            _ => "error",
        };

        private static LogLevel Later(LogLevel a, LogLevel b) => a > b ? a : b;
    }

    private LogLevel Least => least;

    private TimeProvider Time => time;

    private static void AppendValue(StringBuilder line, string value)
    {
        if (value.Length > 0 && value.AsSpan().IndexOfAny(NeedsQuotes) < 0)
        {
            line.Append(value);
            return;
        }

        line.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => line.Append("\\\""),
                '\\' => line.Append("\\\\"),
                '\n' => line.Append("\\n"),
                '\r' => line.Append("\\r"),
                '\t' => line.Append("\\t"),
                _ => line.Append(c),
            };
        }

        line.Append('"');
    }
}
