using Microsoft.Extensions.Logging;

namespace Kube1.Cmd.Logging;

/// <summary>The logging of a kube1 process: logfmt lines on standard error.</summary>
internal static class ProcessLogging
{
    public static ILoggerFactory Create(LogLevel least) => LoggerFactory.Create(builder => builder
        .SetMinimumLevel(least)
        .AddProvider(new LogfmtLoggerProvider(Console.Error, least, TimeProvider.System)));
}
