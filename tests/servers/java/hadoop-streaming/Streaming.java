import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.conf.Configured;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.Mapper;
import org.apache.hadoop.mapreduce.Reducer;
import org.apache.hadoop.mapreduce.TaskInputOutputContext;
import org.apache.hadoop.mapreduce.lib.aggregate.ValueAggregatorCombiner;
import org.apache.hadoop.mapreduce.lib.aggregate.ValueAggregatorReducer;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.apache.hadoop.util.Tool;
import org.apache.hadoop.util.ToolRunner;

/**
 * Stands for Hadoop's streaming jar, which is not to be had: real MapReduce, mapper and reducer are programs that read and write
 * lines. Knows -input, -output, -mapper, -reducer (a program, aggregate or NONE), -numReduceTasks, -file, -cacheFile and -jobconf;
 * programs may be in S3, or come with -files. Written without type parameters, for a compiler that has none.
 */
public class Streaming extends Configured implements Tool {
    private static final String MAPPER = "stand.in.mapper";
    private static final String REDUCER = "stand.in.reducer";
    private static final Pattern WORD = Pattern.compile("\"[^\"]*\"|'[^']*'|\\S+");

    /** A program, its input, and a thread that takes its output. */
    static class Program implements Runnable {
        private final Process process;
        private final BufferedWriter input;
        private final TaskInputOutputContext context;
        private final Thread reading;
        private Exception failure;

        Program(String command, TaskInputOutputContext context) throws IOException {
            List words = words(command);
            File sent = new File((String) words.get(0));
            if (sent.isFile()) { // by -files, which puts it beside the program only now
                sent.setExecutable(true);
                words.set(0, sent.getAbsolutePath());
            }
            ProcessBuilder builder = new ProcessBuilder(words);
            builder.redirectError(ProcessBuilder.Redirect.INHERIT);
            this.process = builder.start();
            this.input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), "UTF-8"));
            this.context = context;
            this.reading = new Thread(this);
            this.reading.start();
        }

        public void run() {
            try {
                BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream(), "UTF-8"));
                for (String line = output.readLine(); line != null; line = output.readLine()) {
                    int tab = line.indexOf('\t');
                    String key = tab < 0 ? line : line.substring(0, tab);
                    String value = tab < 0 ? "" : line.substring(tab + 1);
                    synchronized (context) {
                        context.write(new Text(key), new Text(value));
                    }
                }
            } catch (Exception error) {
                failure = error;
            }
        }

        /** Splits a command at blanks, but not between quotes; no shell is asked. */
        private static List words(String command) {
            List words = new ArrayList();
            for (Matcher found = WORD.matcher(command); found.find(); ) {
                String word = found.group();
                boolean quoted = word.length() > 1 && (word.charAt(0) == '"' || word.charAt(0) == '\'');
                words.add(quoted ? word.substring(1, word.length() - 1) : word);
            }
            return words;
        }

        void take(String line) throws IOException {
            input.write(line);
            input.write('\n');
        }

        void end() throws IOException, InterruptedException {
            input.close();
            reading.join();
            int status = process.waitFor();
            if (status != 0) {
                throw new IOException("subprocess failed with code " + status);
            }
            if (failure != null) {
                throw new IOException(failure);
            }
        }
    }

    public static class Map extends Mapper {
        private Program program;

        protected void setup(Mapper.Context context) throws IOException, InterruptedException {
            program = new Program(context.getConfiguration().get(MAPPER), context);
        }

        protected void map(Object key, Object line, Mapper.Context context) throws IOException, InterruptedException {
            program.take(line.toString());
        }

        protected void cleanup(Mapper.Context context) throws IOException, InterruptedException {
            program.end();
        }
    }

    public static class Reduce extends Reducer {
        private Program program;

        protected void setup(Reducer.Context context) throws IOException, InterruptedException {
            program = new Program(context.getConfiguration().get(REDUCER), context);
        }

        protected void reduce(Object key, Iterable values, Reducer.Context context)
                throws IOException, InterruptedException {
            for (Iterator each = values.iterator(); each.hasNext(); ) {
                program.take(key + "\t" + each.next());
            }
        }

        protected void cleanup(Reducer.Context context) throws IOException, InterruptedException {
            program.end();
        }
    }

    public int run(String[] arguments) throws Exception {
        Configuration configuration = getConf();
        List inputs = new ArrayList();
        String output = null;
        String mapper = "cat";
        String reducer = "cat";
        int reducers = 1;
        for (int at = 0; at < arguments.length; at += 2) {
            String option = arguments[at].replaceFirst("^--?", "");
            if (at + 1 == arguments.length) {
                throw new IllegalArgumentException("Missing argument for option " + option);
            }
            String value = arguments[at + 1];
            if (option.equals("input")) {
                inputs.add(value);
            } else if (option.equals("output")) {
                output = value;
            } else if (option.equals("mapper")) {
                mapper = value;
            } else if (option.equals("reducer")) {
                reducer = value;
            } else if (option.equals("numReduceTasks")) {
                reducers = Integer.parseInt(value);
            } else if (option.equals("jobconf")) {
                String[] pair = value.split("=", 2);
                configuration.set(pair[0], pair[1]);
            } else if (option.equals("file") || option.equals("cacheFile")) {
                fetch(value);
            } else {
                throw new IllegalArgumentException("Unrecognized option: -" + option);
            }
        }
        configuration.set(MAPPER, program(mapper));
        Job job = Job.getInstance(configuration, "streaming");
        job.setJarByClass(Streaming.class);
        job.setMapperClass(Map.class);
        if (reducer.equals("aggregate")) {
            job.setCombinerClass(ValueAggregatorCombiner.class);
            job.setReducerClass(ValueAggregatorReducer.class);
        } else if (reducer.equalsIgnoreCase("none")) {
            reducers = 0;
        } else {
            job.getConfiguration().set(REDUCER, program(reducer));
            job.setReducerClass(Reduce.class);
        }
        job.setNumReduceTasks(reducers);
        job.setOutputKeyClass(Text.class);
        job.setOutputValueClass(Text.class);
        for (Iterator each = inputs.iterator(); each.hasNext(); ) {
            FileInputFormat.addInputPaths(job, (String) each.next());
        }
        FileOutputFormat.setOutputPath(job, new Path(output));
        return job.waitForCompletion(true) ? 0 : 1;
    }

    /** Gives a command whose program is on this machine. */
    private String program(String command) throws IOException {
        String[] words = command.trim().split("\\s+", 2);
        File here = new File(words[0]);
        String first = words[0].indexOf("://") > 0 ? fetch(words[0]) : words[0];
        if (here.isFile()) {
            here.setExecutable(true);
            first = here.getAbsolutePath();
        }
        return words.length == 1 ? first : first + " " + words[1];
    }

    /** Copies a program or a file from where it is, S3 for example, into the folder that the job runs in. */
    private String fetch(String address) throws IOException {
        Path source = new Path(address.split("#")[0]);
        String name = address.indexOf('#') > 0 ? address.substring(address.indexOf('#') + 1) : source.getName();
        File file = new File(name).getAbsoluteFile();
        if (!file.exists()) {
            FileUtil.copy(source.getFileSystem(getConf()), source, file, false, getConf());
        }
        file.setExecutable(true);
        return file.getPath();
    }

    public static void main(String[] arguments) throws Exception {
        System.exit(ToolRunner.run(new Streaming(), arguments));
    }
}
