import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.util.Iterator;
import org.apache.hadoop.conf.Configured;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.Mapper;
import org.apache.hadoop.mapreduce.Reducer;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.apache.hadoop.util.Tool;
import org.apache.hadoop.util.ToolRunner;

/**
 * Stands for three of Hadoop's examples, as far as a small machine goes: teragen ROWS OUTPUT makes one row of a million, the last
 * first; terasort INPUT OUTPUT sorts them by MapReduce; teravalidate INPUT OUTPUT fails unless they are sorted, and counts them.
 */
public class Examples extends Configured implements Tool {
    private static final long FEWER = 1000000L;

    public static class Rows extends Mapper {
        protected void map(Object key, Object line, Mapper.Context context) throws IOException, InterruptedException {
            context.write(new Text(line.toString()), NullWritable.get());
        }
    }

    public static class Sorted extends Reducer {
        protected void reduce(Object row, Iterable values, Reducer.Context context)
                throws IOException, InterruptedException {
            for (Iterator each = values.iterator(); each.hasNext(); each.next()) {
                context.write(row, NullWritable.get());
            }
        }
    }

    public int run(String[] arguments) throws Exception {
        Path output = new Path(arguments[2]);
        if (output.getFileSystem(getConf()).exists(output)) {
            throw new IOException("Output directory " + output + " already exists");
        }
        if (arguments[0].equals("teragen")) {
            StringBuilder rows = new StringBuilder();
            for (long row = Long.parseLong(arguments[1]) / FEWER; row > 0; row--) {
                rows.append(String.format("%010d\n", new Object[] {Long.valueOf(row)}));
            }
            return write(new Path(output, "part-m-00000"), rows.toString());
        }
        if (arguments[0].equals("terasort")) {
            Job job = Job.getInstance(getConf(), "terasort");
            job.setJarByClass(Examples.class);
            job.setMapperClass(Rows.class);
            job.setReducerClass(Sorted.class);
            job.setOutputKeyClass(Text.class);
            job.setOutputValueClass(NullWritable.class);
            FileInputFormat.addInputPath(job, new Path(arguments[1]));
            FileOutputFormat.setOutputPath(job, output);
            return job.waitForCompletion(true) ? 0 : 1;
        }
        if (arguments[0].equals("teravalidate")) {
            return write(new Path(output, "part-r-00000"), validated(new Path(arguments[1])) + " rows\n");
        }
        throw new IllegalArgumentException("Unknown program '" + arguments[0] + "' chosen.");
    }

    private int validated(Path input) throws IOException {
        FileSystem files = input.getFileSystem(getConf());
        FileStatus[] found = files.listStatus(input);
        int count = 0;
        String last = "";
        for (int at = 0; at < found.length; at++) {
            BufferedReader rows = new BufferedReader(new InputStreamReader(files.open(found[at].getPath()), "UTF-8"));
            for (String row = rows.readLine(); row != null; row = rows.readLine()) {
                if (row.compareTo(last) < 0) {
                    throw new IOException("misorder: " + row + " after " + last);
                }
                last = row;
                count++;
            }
            rows.close();
        }
        return count;
    }

    private int write(Path file, String text) throws IOException {
        OutputStream out = file.getFileSystem(getConf()).create(file);
        out.write(text.getBytes("UTF-8"));
        out.close();
        return 0;
    }

    public static void main(String[] arguments) throws Exception {
        System.exit(ToolRunner.run(new Examples(), arguments));
    }
}
